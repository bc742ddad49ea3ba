import type { ClusterView } from '../model/cluster-cache.js';
import type { NodeInfo } from '../model/node-info.js';
import type { PodInfo } from '../model/pod-info.js';

/** What may let a pod pass a filter that it has failed. */
export type ClusterChange =
  'NodeAdded' | 'NodeSpecChanged' | 'NodeLabelsChanged' | 'NodeAllocatableChanged' | 'AssignedPodAdded' | 'AssignedPodRemoved';

/**
 * Why a node is not for a pod, in Kubernetes' words; none when it is. The words come after
 * a count of nodes: `2 Insufficient cpu`.
 */
export type Reasons = readonly string[];

/** One rule of where a pod may run. Pure. */
export interface Filter {
  readonly name: string;
  /** Changes after which a pod that failed here is worth another try. */
  readonly mayPassAfter: readonly ClusterChange[];
  /**
   * Prepares the check of one pod: what does not depend on the node is computed once.
   * @returns undefined when the pod asks for nothing that this filter looks at
   */
  prepare(pod: PodInfo, cluster: ClusterView): ((node: NodeInfo) => Reasons) | undefined;
}

export const passes: Reasons = [];
