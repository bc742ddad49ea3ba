import { passes, type Filter } from './filter.js';

/** Room for the pod's requests, and for one more pod. */
export const nodeResourcesFit: Filter = {
  name: 'NodeResourcesFit',
  mayPassAfter: ['NodeAdded', 'NodeAllocatableChanged', 'AssignedPodRemoved'],
  prepare: ({ requests }) => {
    const wanted = [...requests].filter(([, amount]) => amount > 0);
    return ({ allocatable, requested, podCount }) => {
      const reasons: string[] = [];
      if (podCount + 1 > (allocatable.get('pods') ?? 0)) reasons.push('Too many pods');
      for (const [name, amount] of wanted) {
        if ((requested.get(name) ?? 0) + amount > (allocatable.get(name) ?? 0)) reasons.push(`Insufficient ${name}`);
      }
      return reasons.length === 0 ? passes : reasons;
    };
  },
};
