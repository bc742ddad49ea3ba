import type { Node, NodeCondition } from '../../../lib/kubernetes/types/core-v1.js';

const lostTypes = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const;

export type Readiness = 'True' | 'False' | 'Unknown';

/** A node that has never said anything of itself is not ready. */
export function readinessOf(node: Node): Readiness {
  const status = conditionOf(node, 'Ready')?.status;
  return status === 'True' || status === 'Unknown' ? status : 'False';
}

export function conditionOf(node: Node, type: string): NodeCondition | undefined {
  return node.status?.conditions?.find((condition) => condition.type === type);
}

/**
 * The conditions of a node that nothing is heard of: all that its agent would report are
 * Unknown. Those of others stay. Reasons and messages are Kubernetes'.
 * @param now RFC 3339
 */
export function lostConditions(node: Node, now: string): NodeCondition[] {
  const current = node.status?.conditions ?? [];
  const missing = lostTypes.filter((type) => !current.some((condition) => condition.type === type));
  return [
    ...current.map((condition) =>
      lostTypes.some((type) => type === condition.type) && condition.status !== 'Unknown'
        ? {
            ...condition,
            status: 'Unknown',
            reason: 'NodeStatusUnknown',
            message: 'Kubelet stopped posting node status.',
            lastTransitionTime: now,
          }
        : condition,
    ),
    ...missing.map((type) => ({
      type,
      status: 'Unknown',
      reason: 'NodeStatusNeverUpdated',
      message: 'Kubelet never posted node status.',
      lastHeartbeatTime: node.metadata.creationTimestamp ?? now,
      lastTransitionTime: now,
    })),
  ];
}
