import { matchesRequiredNodes } from '../model/node-selector.js';
import { passes, type Filter } from './filter.js';

const reasons = ["node(s) didn't match Pod's node affinity/selector"];

/** nodeSelector and required node affinity. */
export const nodeAffinity: Filter = {
  name: 'NodeAffinity',
  mayPassAfter: ['NodeAdded', 'NodeLabelsChanged'],
  prepare: ({ pod }) => {
    if (!pod.spec.nodeSelector && !pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution)
      return undefined;
    return (node) => (matchesRequiredNodes(pod, node) ? passes : reasons);
  },
};
