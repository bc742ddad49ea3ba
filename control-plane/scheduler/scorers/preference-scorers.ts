import { matchesTerm } from '../model/node-selector.js';
import { isTolerated } from '../../../lib/kubernetes/tolerations.js';
import { lessIsBetter, moreIsBetter, type Scorer } from './scorer.js';

/** Preferred node affinity: the sum of the weights of the terms that a node meets. The user's wish outweighs the spread. */
export const preferredNodeAffinity: Scorer = {
  name: 'NodeAffinity',
  weight: 6,
  prepare: ({ pod }, nodes) => {
    const terms = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    if (terms.length === 0) return undefined;
    return moreIsBetter(nodes, (node) =>
      terms.reduce((total, { preference, weight }) => total + (matchesTerm(preference, node) ? weight : 0), 0),
    );
  },
};

/** Avoids nodes with PreferNoSchedule taints that the pod does not tolerate. */
export const preferNoSchedule: Scorer = {
  name: 'TaintToleration',
  weight: 8,
  prepare: ({ pod }, nodes) =>
    lessIsBetter(
      nodes,
      ({ node }) =>
        (node?.spec?.taints ?? []).filter(
          (taint) => taint.effect === 'PreferNoSchedule' && !isTolerated(taint, pod.spec.tolerations),
        ).length,
    ),
};
