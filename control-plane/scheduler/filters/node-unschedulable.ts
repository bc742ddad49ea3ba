import { isTolerated } from '../../../lib/kubernetes/tolerations.js';
import { passes, type Filter } from './filter.js';

const cordoned = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const reasons = ['node(s) were unschedulable'];

/** The node is not cordoned, or the pod tolerates that. */
export const nodeUnschedulable: Filter = {
  name: 'NodeUnschedulable',
  mayPassAfter: ['NodeAdded', 'NodeSpecChanged'],
  prepare: ({ pod }) => {
    if (isTolerated(cordoned, pod.spec.tolerations)) return undefined;
    return ({ node }) => (node?.spec?.unschedulable ? reasons : passes);
  },
};
