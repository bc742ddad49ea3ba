import { countByDomain, isCounted, spreadConstraints } from '../model/topology-spread.js';
import { passes, type Filter } from './filter.js';

const unmatched = ["node(s) didn't match pod topology spread constraints"];
const unlabelled = ["node(s) didn't match pod topology spread constraints (missing required label)"];

/** topologySpreadConstraints with DoNotSchedule: no domain holds more than maxSkew above the emptiest one. */
export const podTopologySpread: Filter = {
  name: 'PodTopologySpread',
  mayPassAfter: ['NodeAdded', 'NodeLabelsChanged', 'NodeSpecChanged', 'AssignedPodAdded', 'AssignedPodRemoved'],
  prepare: (info, { nodes }) => {
    const constraints = spreadConstraints(info, 'DoNotSchedule');
    if (constraints.length === 0) return undefined;
    const { labels } = info.pod.metadata;
    const labelledNodes = nodes.filter((node) => constraints.every(({ topologyKey }) => node.labels[topologyKey] !== undefined));
    const states = constraints.map((constraint) => {
      const counts = countByDomain(constraint, info, labelledNodes);
      const enoughDomains = counts.size >= (constraint.minDomains ?? 1);
      return {
        constraint,
        counts,
        emptiest: enoughDomains ? Math.min(...counts.values()) : 0,
        own: isCounted(constraint, labels, labels) ? 1 : 0,
      };
    });
    return (node) => {
      for (const { constraint, counts, emptiest, own } of states) {
        const domain = node.labels[constraint.topologyKey];
        if (domain === undefined) return unlabelled;
        if ((counts.get(domain) ?? 0) + own - emptiest > constraint.maxSkew) return unmatched;
      }
      return passes;
    };
  },
};
