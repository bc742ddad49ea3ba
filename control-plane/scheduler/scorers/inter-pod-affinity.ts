import { domainsOf } from '../model/affinity-terms.js';
import { lessIsBetter, type Scorer } from './scorer.js';

/** Preferred affinity and anti-affinity to pods: the weights of the terms, by the pods that each domain holds. */
export const preferredPodAffinity: Scorer = {
  name: 'InterPodAffinity',
  weight: 6,
  prepare: ({ pod }, nodes, cluster) => {
    const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
    const terms = [
      ...(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []),
      ...(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => ({
        ...term,
        weight: -term.weight,
      })),
    ].map(({ podAffinityTerm, weight }) => ({
      key: podAffinityTerm.topologyKey,
      weight,
      domains: domainsOf(podAffinityTerm, pod, cluster.nodes),
    }));
    if (terms.length === 0) return undefined;
    return lessIsBetter(nodes, (node) =>
      terms.reduce((total, { key, weight, domains }) => total - weight * (domains.get(node.labels[key] ?? '') ?? 0), 0),
    );
  },
};
