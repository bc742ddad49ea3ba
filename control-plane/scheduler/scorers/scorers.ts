import { imageLocality } from './image-locality.js';
import { preferredPodAffinity } from './inter-pod-affinity.js';
import { ownerSpread } from './owner-spread.js';
import { preferNoSchedule, preferredNodeAffinity } from './preference-scorers.js';
import { balancedAllocation, leastAllocated } from './resource-scorers.js';
import type { Scorer } from './scorer.js';
import { topologySpread } from './topology-spread.js';

/** What the user asked for outweighs the spread of replicas, and that the load of nodes. */
export const scorers: readonly Scorer[] = [
  preferNoSchedule,
  preferredNodeAffinity,
  preferredPodAffinity,
  topologySpread,
  ownerSpread,
  leastAllocated,
  balancedAllocation,
  imageLocality,
];
