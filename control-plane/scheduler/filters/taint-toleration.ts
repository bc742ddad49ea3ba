import { isTolerated } from '../../../lib/kubernetes/tolerations.js';
import { passes, type Filter } from './filter.js';

/** No NoSchedule or NoExecute taint that the pod does not tolerate; so also: the node is Ready and reachable. */
export const taintToleration: Filter = {
  name: 'TaintToleration',
  mayPassAfter: ['NodeAdded', 'NodeSpecChanged'],
  prepare:
    ({ pod }) =>
    ({ node }) => {
      const untolerated = node?.spec?.taints?.find(
        (taint) => taint.effect !== 'PreferNoSchedule' && !isTolerated(taint, pod.spec.tolerations),
      );
      return untolerated ? [`node(s) had untolerated taint {${untolerated.key}: ${untolerated.value ?? ''}}`] : passes;
    },
};
