import type { Node } from '../../../lib/kubernetes/types/core-v1.js';
import { readinessOf } from './node-conditions.js';

/** With a greater share of nodes unready, the fault is rather the control plane's own network. Kubernetes' default. */
export const brakeShare = 0.55;

export interface BrakeState {
  readonly on: boolean;
  readonly unready: number;
  readonly total: number;
}

/** What the brake knows of a node. */
export interface NodeHealth {
  readonly node: Node;
  /** It has been silent for longer than heartbeats take. */
  readonly late: boolean;
  /** Its agent still has its first grace period to become ready in. */
  readonly starting: boolean;
}

/**
 * Whether evictions must stop because most nodes seem lost. A node that is merely late
 * counts as well: when all vanish at the same moment, the first to be found lost must not
 * lose its pods because the grace period of the others still runs. A node that is only
 * starting says nothing of the network and does not count.
 */
export function computeBrake(nodes: readonly NodeHealth[]): BrakeState {
  const counted = nodes.filter((health) => !health.starting);
  const unready = counted.filter(isUnready).length;
  return { on: counted.length > 0 && unready / counted.length > brakeShare, unready, total: counted.length };
}

export function isUnready({ node, late }: NodeHealth): boolean {
  return readinessOf(node) !== 'True' || late;
}
