import type { NodeInfo } from '../model/node-info.js';
import type { PodInfo } from '../model/pod-info.js';
import type { Scorer } from './scorer.js';

const scoredResources = ['cpu', 'memory'];

/** Prefers nodes that have the largest share of cpu and memory left. */
export const leastAllocated: Scorer = {
  name: 'LeastAllocated',
  weight: 1,
  prepare: (pod) => (node) => {
    const shares = requestedShares(pod, node);
    return shares.length === 0 ? 0 : (100 * shares.reduce((total, share) => total + 1 - share, 0)) / shares.length;
  },
};

/** Prefers nodes where cpu and memory are used up alike, so that neither is left over. */
export const balancedAllocation: Scorer = {
  name: 'BalancedAllocation',
  weight: 1,
  prepare: (pod) => (node) => {
    const [cpu = 0, memory = cpu] = requestedShares(pod, node);
    return 100 * (1 - Math.abs(cpu - memory) / 2);
  },
};

/** Share, 0 to 1, of each scored resource that is requested once the pod is there. */
function requestedShares({ scoredRequests }: PodInfo, { allocatable, scoredRequested }: NodeInfo): number[] {
  return scoredResources.flatMap((name) => {
    const capacity = allocatable.get(name) ?? 0;
    if (capacity === 0) return [];
    return [Math.min(1, ((scoredRequested.get(name) ?? 0) + (scoredRequests.get(name) ?? 0)) / capacity)];
  });
}
