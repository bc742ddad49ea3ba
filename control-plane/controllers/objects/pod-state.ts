import type { Pod, PodCondition } from '../../../lib/kubernetes/types/core-v1.js';

/** A pod that runs or will run: not finished, and not being deleted. */
export function isPodActive(pod: Pod): boolean {
  return !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** A pod whose containers have all stopped for good. */
export function isPodTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True';
}

/** When the pod became ready, in ms since the epoch; 0 when it is not ready or does not say. */
export function readySinceMs(pod: Pod): number {
  const ready = podCondition(pod, 'Ready');
  return ready?.status === 'True' && ready.lastTransitionTime ? Date.parse(ready.lastTransitionTime) : 0;
}

/**
 * When the pod counts as available: ready for `minReadySeconds` without a break.
 * Undefined when it is not ready.
 */
export function availableAtMs(pod: Pod, minReadySeconds: number): number | undefined {
  return isPodReady(pod) ? readySinceMs(pod) + minReadySeconds * 1000 : undefined;
}
