import type { Pod, Taint } from '../../../lib/kubernetes/types/core-v1.js';
import { toleratesTaint } from '../../../lib/kubernetes/tolerations.js';

export interface Evictions {
  readonly now: readonly Pod[];
  /** When the next pod's toleration ends, in ms since the epoch; undefined when none does. */
  readonly nextAtMs: number | undefined;
}

/**
 * The pods that the NoExecute taints of their node drive out: at once when one taint is not
 * tolerated, else when the shortest tolerationSeconds is over. It counts from the moment
 * the last of the taints was added, and not from before `notBeforeMs`.
 * Source: Kubernetes' taint manager.
 */
export function computeEvictions(options: {
  pods: readonly Pod[];
  taints: readonly Taint[];
  nowMs: number;
  notBeforeMs?: number;
}): Evictions {
  const taints = options.taints.filter(({ effect }) => effect === 'NoExecute');
  const now: Pod[] = [];
  let nextAtMs: number | undefined;
  if (taints.length === 0) return { now, nextAtMs };
  const addedMs = taints.map(({ timeAdded }) => (timeAdded === undefined ? 0 : Date.parse(timeAdded)));
  const startMs = Math.max(options.notBeforeMs ?? 0, ...addedMs);
  for (const pod of options.pods) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    const seconds = toleratedSeconds(pod, taints);
    if (seconds === Infinity) continue;
    const atMs = seconds <= 0 ? 0 : startMs + seconds * 1000;
    if (atMs <= options.nowMs) now.push(pod);
    else nextAtMs = Math.min(nextAtMs ?? Infinity, atMs);
  }
  return { now, nextAtMs };
}

/** How long the pod tolerates all of the taints together; 0 when not at all. */
function toleratedSeconds(pod: Pod, taints: readonly Taint[]): number {
  const tolerations = pod.spec.tolerations ?? [];
  let shortest = Infinity;
  for (const taint of taints) {
    const used = tolerations.filter((toleration) => toleratesTaint(toleration, taint));
    if (used.length === 0) return 0;
    for (const { tolerationSeconds } of used) shortest = Math.min(shortest, tolerationSeconds ?? Infinity);
  }
  return Math.max(0, shortest);
}
