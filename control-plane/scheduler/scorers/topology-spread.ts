import { countByDomain, spreadConstraints } from '../model/topology-spread.js';
import { lessIsBetter, type Scorer } from './scorer.js';

/** topologySpreadConstraints with ScheduleAnyway: prefers the domains that hold the fewest counted pods. */
export const topologySpread: Scorer = {
  name: 'PodTopologySpread',
  weight: 5,
  prepare: (pod, nodes, cluster) => {
    const constraints = spreadConstraints(pod, 'ScheduleAnyway');
    if (constraints.length === 0) return undefined;
    const counted = constraints.map((constraint) => ({
      key: constraint.topologyKey,
      counts: countByDomain(constraint, pod, cluster.nodes),
    }));
    return lessIsBetter(nodes, (node) =>
      counted.reduce((total, { key, counts }) => {
        const domain = node.labels[key];
        // Kubernetes gives a node without the label the worst score.
        return total + (domain === undefined ? Math.max(0, ...counts.values()) + 1 : (counts.get(domain) ?? 0));
      }, 0),
    );
  },
};
