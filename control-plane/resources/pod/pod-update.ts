import { isDeepStrictEqual } from 'node:util';
import type { Container, Pod, PodCondition, PodSpec } from '../../../lib/kubernetes/types/core-v1.js';
import { forbidden, type FieldCause } from '../causes.js';
import { timestamp } from '../registry/timestamp.js';

const rule =
  'pod updates may not change fields other than `spec.containers[*].image`, `spec.initContainers[*].image`, `spec.activeDeadlineSeconds`, `spec.tolerations` (only additions to existing tolerations), `spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/**
 * A pod's spec is what its containers were made from: only images, a deadline and more
 * tolerations may change. A pod without a node may be bound to one, once.
 */
export function validatePodUpdate(pod: Pod, previous: Pod): FieldCause[] {
  const causes: FieldCause[] = [];
  const kept = previous.spec.tolerations ?? [];
  const now = pod.spec.tolerations ?? [];
  if (!kept.every((toleration) => now.some((candidate) => isDeepStrictEqual(candidate, toleration)))) {
    causes.push(forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'));
  }
  if (!isDeepStrictEqual(comparable(pod.spec, previous.spec), comparable(previous.spec, previous.spec))) {
    causes.push(forbidden('spec', rule));
  }
  return causes;
}

/** The scheduler's bind shows in the pod's conditions at once. Changes `pod`. */
export function markBound(pod: Pod, previous: Pod, nowMs: number): void {
  if (!pod.spec.nodeName || previous.spec.nodeName) return;
  const bound: PodCondition = { type: 'PodScheduled', status: 'True', lastTransitionTime: timestamp(nowMs) };
  const others = (pod.status?.conditions ?? []).filter((condition) => condition.type !== 'PodScheduled');
  pod.status = { ...pod.status, conditions: [...others, bound] };
}

/** The spec with everything that may change taken from `previous`. */
function comparable(spec: PodSpec, previous: PodSpec): PodSpec {
  const images = (containers: Container[] | undefined, old: Container[] | undefined): Container[] | undefined =>
    containers?.map((container, index) => {
      const image = old?.[index]?.image;
      return image === undefined ? container : { ...container, image };
    });
  const copy: PodSpec = { ...spec, containers: images(spec.containers, previous.containers) ?? [] };
  if (spec.initContainers) copy.initContainers = images(spec.initContainers, previous.initContainers) ?? [];
  delete copy.tolerations;
  delete copy.activeDeadlineSeconds;
  if (!previous.nodeName) delete copy.nodeName;
  return copy;
}
