import type { ClusterView } from '../model/cluster-cache.js';
import type { NodeInfo } from '../model/node-info.js';
import type { PodInfo } from '../model/pod-info.js';

/** One opinion about which of the possible nodes is best. Pure. */
export interface Scorer {
  readonly name: string;
  /** How much its 0 to 100 count beside those of the others. */
  readonly weight: number;
  /**
   * Prepares the scoring of one pod on the nodes that passed all filters.
   * @returns 0 to 100 for a node, the higher the better; undefined when it has no opinion
   */
  prepare(pod: PodInfo, nodes: readonly NodeInfo[], cluster: ClusterView): ((node: NodeInfo) => number) | undefined;
}

/** Scores from raw values: the largest gets 100, and 0 is 0. No opinion when all are 0. */
export function moreIsBetter(
  nodes: readonly NodeInfo[],
  valueOf: (node: NodeInfo) => number,
): ((node: NodeInfo) => number) | undefined {
  const largest = Math.max(...nodes.map(valueOf));
  return largest === 0 ? undefined : (node) => (100 * valueOf(node)) / largest;
}

/** Scores from raw values: the smallest gets 100, the largest 0. No opinion when all are equal. */
export function lessIsBetter(
  nodes: readonly NodeInfo[],
  valueOf: (node: NodeInfo) => number,
): ((node: NodeInfo) => number) | undefined {
  const values = nodes.map(valueOf);
  const smallest = Math.min(...values);
  const largest = Math.max(...values);
  return largest === smallest ? undefined : (node) => (100 * (largest - valueOf(node))) / (largest - smallest);
}
