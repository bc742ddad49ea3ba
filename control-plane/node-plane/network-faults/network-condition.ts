import type { Node, NodeCondition } from '../../../lib/kubernetes/types/core-v1.js';
import { internalIpOf } from '../routing/node-route.js';

const type = 'NetworkUnavailable';
/** More names than these make no better message. */
const namesShown = 5;

export function isNetworkUnavailable(node: Node): boolean {
  return conditionOf(node)?.status === 'True';
}

/**
 * The NetworkUnavailable condition that a node should have, or undefined when it stays as it
 * is. A node that never had a fault has no such condition. Pure.
 * @param unreachable nodes that it has no route to or from; undefined: it is at no fault
 * @param now RFC 3339
 */
export function nextNetworkCondition(
  node: Node,
  unreachable: readonly string[] | undefined,
  now: string,
): NodeCondition | undefined {
  const present = conditionOf(node);
  if (!unreachable && present?.status !== 'True') return undefined;
  const next = unreachable
    ? { type, status: 'True', reason: 'NoRoute', message: renderMessage(node, unreachable) }
    : { type, status: 'False', reason: 'RouteCreated', message: 'the other nodes have routes to the pods of this node' };
  if (present?.status === next.status && present.message === next.message) return undefined;
  const lastTransitionTime = present?.status === next.status ? (present.lastTransitionTime ?? now) : now;
  return { ...next, lastHeartbeatTime: now, lastTransitionTime };
}

function renderMessage(node: Node, unreachable: readonly string[]): string {
  const address = internalIpOf(node) ?? 'none';
  const shown = unreachable.slice(0, namesShown).join(', ');
  const more = unreachable.length > namesShown ? ` and ${unreachable.length - namesShown} more` : '';
  return (
    `no route between the pods of this node and those of ${shown}${more}: its InternalIP ${address} is on no segment of theirs. ` +
    'Give it an address there (--node-ip), or run only pods on it that no other node has to reach'
  );
}

function conditionOf(node: Node): NodeCondition | undefined {
  return node.status?.conditions?.find((condition) => condition.type === type);
}
