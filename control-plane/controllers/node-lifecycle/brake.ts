import type { Node } from '../../../lib/kubernetes/types/core-v1.js';
import { readinessOf } from './node-conditions.js';

/** With a greater share of nodes unready, the fault is rather the control plane's own network. Kubernetes' default. */
export const brakeShare = 0.55;

export interface BrakeState {
  readonly on: boolean;
  readonly unready: number;
  readonly total: number;
}

/**
 * Whether evictions must stop because most nodes seem lost. A node that is merely late
 * counts as well: when all vanish at the same moment, the first to be found lost must not
 * lose its pods because the grace period of the others still runs.
 * @param isLate whether a node has been silent for longer than heartbeats take
 */
export function computeBrake(nodes: readonly Node[], isLate: (name: string) => boolean): BrakeState {
  const unready = nodes.filter((node) => readinessOf(node) !== 'True' || isLate(node.metadata.name)).length;
  return { on: nodes.length > 0 && unready / nodes.length > brakeShare, unready, total: nodes.length };
}
