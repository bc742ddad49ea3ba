import { isDeepStrictEqual } from 'node:util';
import type { Node, Pod } from '../../lib/kubernetes/types/core-v1.js';
import type { ClusterChange } from './filters/filter.js';

/** What changed about a node that matters to where pods fit; nothing for a heartbeat. */
export function computeNodeChanges(current: Node, previous: Node | undefined): ClusterChange[] {
  if (!previous) return ['NodeAdded'];
  const changes: ClusterChange[] = [];
  const same = (pick: (node: Node) => unknown): boolean => isDeepStrictEqual(pick(current), pick(previous));
  if (!same(({ spec }) => [spec?.taints, spec?.unschedulable])) changes.push('NodeSpecChanged');
  if (!same(({ metadata }) => metadata.labels)) changes.push('NodeLabelsChanged');
  if (!same(({ status }) => status?.allocatable ?? status?.capacity)) changes.push('NodeAllocatableChanged');
  return changes;
}

/** Whether a waiting pod changed so that it may fit where it did not; not when the scheduler wrote down why it waits. */
export function isNewToScheduling(current: Pod, previous: Pod | undefined): boolean {
  if (!previous) return true;
  return !isDeepStrictEqual([current.spec, current.metadata.labels], [previous.spec, previous.metadata.labels]);
}
