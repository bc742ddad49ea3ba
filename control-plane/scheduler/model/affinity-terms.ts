import { matchesLabelSelector } from '../../../lib/kubernetes/label-selector.js';
import type { Pod, PodAffinityTerm } from '../../../lib/kubernetes/types/core-v1.js';
import type { NodeInfo } from './node-info.js';

/**
 * Whether `other` is a pod that a term of `pod` speaks of. A namespaceSelector selects all
 * namespaces when it is empty; one that names labels selects none, since the scheduler
 * does not read namespaces.
 */
export function isMeant(term: PodAffinityTerm, pod: Pod, other: Pod): boolean {
  const namespace = other.metadata.namespace ?? '';
  const { namespaces = [], namespaceSelector, labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  const ownOnly = namespaces.length === 0 && !namespaceSelector;
  const inNamespace =
    (ownOnly && namespace === pod.metadata.namespace) ||
    namespaces.includes(namespace) ||
    (namespaceSelector !== undefined && matchesLabelSelector(namespaceSelector, {}));
  if (!inNamespace || !matchesLabelSelector(labelSelector, other.metadata.labels)) return false;
  const own = pod.metadata.labels ?? {};
  const theirs = other.metadata.labels ?? {};
  return (
    matchLabelKeys.every((key) => own[key] === undefined || theirs[key] === own[key]) &&
    mismatchLabelKeys.every((key) => own[key] === undefined || theirs[key] !== own[key])
  );
}

export function requiredAffinity({ spec }: Pod): readonly PodAffinityTerm[] {
  return spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
}

export function requiredAntiAffinity({ spec }: Pod): readonly PodAffinityTerm[] {
  return spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
}

/** The topology domains (values of the term's key) where a pod that the term speaks of runs. */
export function domainsOf(term: PodAffinityTerm, pod: Pod, nodes: readonly NodeInfo[]): Map<string, number> {
  const domains = new Map<string, number>();
  for (const node of nodes) {
    const domain = node.labels[term.topologyKey];
    if (domain === undefined) continue;
    for (const { pod: other } of node.pods) {
      if (isMeant(term, pod, other)) domains.set(domain, (domains.get(domain) ?? 0) + 1);
    }
  }
  return domains;
}
