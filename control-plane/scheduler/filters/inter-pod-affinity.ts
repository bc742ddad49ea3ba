import { domainsOf, isMeant, requiredAffinity, requiredAntiAffinity } from '../model/affinity-terms.js';
import { passes, type Filter } from './filter.js';

const affinity = ["node(s) didn't match pod affinity rules"];
const antiAffinity = ["node(s) didn't match pod anti-affinity rules"];
const existingAntiAffinity = ["node(s) didn't satisfy existing pods anti-affinity rules"];

/** Required affinity and anti-affinity to pods, the pod's own and that of the pods already there. */
export const interPodAffinity: Filter = {
  name: 'InterPodAffinity',
  mayPassAfter: ['NodeAdded', 'NodeLabelsChanged', 'AssignedPodAdded', 'AssignedPodRemoved'],
  prepare: ({ pod }, { nodes }) => {
    const wanted = requiredAffinity(pod).map((term) => ({ term, domains: domainsOf(term, pod, nodes) }));
    const unwanted = requiredAntiAffinity(pod).map((term) => ({ term, domains: domainsOf(term, pod, nodes) }));
    const closed = closedDomains();
    if (wanted.length === 0 && unwanted.length === 0 && closed.size === 0) return undefined;
    // The first pod of a group that wants to be together may start anywhere.
    const isFirst = wanted.every(({ domains }) => domains.size === 0) && wanted.every(({ term }) => isMeant(term, pod, pod));

    return (node) => {
      const has = (key: string, domains: { has(domain: string): boolean }): boolean => {
        const domain = node.labels[key];
        return domain !== undefined && domains.has(domain);
      };
      if (wanted.some(({ term, domains }) => !has(term.topologyKey, isFirst ? anyDomain : domains))) return affinity;
      if (unwanted.some(({ term, domains }) => has(term.topologyKey, domains))) return antiAffinity;
      for (const [key, domains] of closed) if (has(key, domains)) return existingAntiAffinity;
      return passes;
    };

    /** Domains, by topology key, where a pod runs that does not want this one beside it. */
    function closedDomains(): Map<string, Set<string>> {
      const found = new Map<string, Set<string>>();
      for (const node of nodes) {
        for (const other of node.podsWithAntiAffinity) {
          for (const term of requiredAntiAffinity(other.pod)) {
            const domain = node.labels[term.topologyKey];
            if (domain === undefined || !isMeant(term, other.pod, pod)) continue;
            found.set(term.topologyKey, (found.get(term.topologyKey) ?? new Set()).add(domain));
          }
        }
      }
      return found;
    }
  },
};

const anyDomain = { has: () => true };
