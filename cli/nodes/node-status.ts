import type { Node } from '../../lib/kubernetes/types/core-v1.js';
import { isReady } from '../../lib/local-cluster/up.js';

/** Whether the node's agent has been silent for so long that the node counts as lost, or has never reported. */
export function isNodeSilent(node: Node): boolean {
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
  return ready === undefined || ready.status === 'Unknown';
}

/** As kubectl words it: Ready, NotReady, Ready,SchedulingDisabled. */
export function nodeStatus(node: Node): string {
  const ready = isReady(node) ? 'Ready' : 'NotReady';
  return node.spec.unschedulable ? `${ready},SchedulingDisabled` : ready;
}
