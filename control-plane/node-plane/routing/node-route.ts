import type { Node } from '../../../lib/kubernetes/types/core-v1.js';
import type { NodeRoute } from '../../../proto/gen/longshore/routing/v1/routing.js';

/** Pure: how to reach a node's pods; undefined until it has a pod CIDR and an address. */
export function nodeRoute(node: Node): NodeRoute | undefined {
  const { metadata, spec } = node;
  const internalIp = internalIpOf(node);
  if (!spec?.podCIDR || !internalIp) return undefined;
  return {
    name: metadata.name ?? '',
    podCidr: spec.podCIDR,
    internalIp,
    ready: isReady(node),
  };
}

export function internalIpOf({ status }: Node): string | undefined {
  return status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
}

export function isReady({ status }: Node): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}
