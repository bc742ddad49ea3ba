import { matchesLabelSelector, type Labels } from '../../../lib/kubernetes/label-selector.js';
import type { TopologySpreadConstraint } from '../../../lib/kubernetes/types/core-v1.js';
import type { NodeInfo } from './node-info.js';
import { matchesRequiredNodes } from './node-selector.js';
import type { PodInfo } from './pod-info.js';
import { isTolerated } from '../../../lib/kubernetes/tolerations.js';

/** The spread constraints of a pod of one kind. */
export function spreadConstraints({ pod }: PodInfo, whenUnsatisfiable: string): TopologySpreadConstraint[] {
  return (pod.spec.topologySpreadConstraints ?? []).filter((constraint) => constraint.whenUnsatisfiable === whenUnsatisfiable);
}

/** Whether `labels` belong to a pod that `constraint` counts, when the pod with `ownLabels` states it. */
export function isCounted(
  constraint: TopologySpreadConstraint,
  ownLabels: Labels | undefined,
  labels: Labels | undefined,
): boolean {
  if (!matchesLabelSelector(constraint.labelSelector, labels)) return false;
  return (constraint.matchLabelKeys ?? []).every((key) => ownLabels?.[key] === undefined || labels?.[key] === ownLabels[key]);
}

/** How many pods that `constraint` counts are in each topology domain (a value of its key). Pods being deleted do not count. */
export function countByDomain(
  constraint: TopologySpreadConstraint,
  { pod }: PodInfo,
  nodes: readonly NodeInfo[],
): Map<string, number> {
  const { labels, namespace } = pod.metadata;
  const counts = new Map<string, number>();
  for (const node of nodes) {
    const domain = node.labels[constraint.topologyKey];
    if (domain === undefined || !isIncluded(constraint, pod, node)) continue;
    let count = counts.get(domain) ?? 0;
    for (const { pod: other } of node.pods) {
      if (other.metadata.namespace !== namespace || other.metadata.deletionTimestamp !== undefined) continue;
      if (isCounted(constraint, labels, other.metadata.labels)) count++;
    }
    counts.set(domain, count);
  }
  return counts;
}

/** Whether a node's domain matters to the constraint. By default taints do not keep it out, the pod's own node selection does. */
function isIncluded(constraint: TopologySpreadConstraint, pod: PodInfo['pod'], node: NodeInfo): boolean {
  if (constraint.nodeAffinityPolicy !== 'Ignore' && !matchesRequiredNodes(pod, node)) return false;
  if (constraint.nodeTaintsPolicy !== 'Honor') return true;
  const taints = node.node?.spec?.taints ?? [];
  return taints.every((taint) => taint.effect === 'PreferNoSchedule' || isTolerated(taint, pod.spec.tolerations));
}
