import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { isPodActive, isPodReady, readySinceMs } from '../objects/pod-state.js';

const deletionCostAnnotation = 'controller.kubernetes.io/pod-deletion-cost';
const phaseOrder: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/**
 * The `count` pods whose loss hurts least, worst loved first: not assigned, pending, not
 * ready, cheap by annotation, doubled up with related pods on their node, ready for a
 * shorter time, restarted more often, younger. Ages are compared by their order of
 * magnitude, so that pods of about the same age go in no particular order (by uid) rather
 * than always the newest batch.
 * Source: Kubernetes' ActivePodsWithRanks, with LogarithmicScaleDown.
 * @param related pods of the same application (all ReplicaSets of one Deployment), for doubling up
 */
export function podsToDelete(pods: readonly Pod[], related: readonly Pod[], count: number, nowMs: number): Pod[] {
  if (count >= pods.length) return [...pods];
  const onNode = new Map<string, number>();
  for (const pod of related) {
    const node = pod.spec.nodeName;
    if (node && isPodActive(pod)) onNode.set(node, (onNode.get(node) ?? 0) + 1);
  }
  const ranked = pods.map((pod) => ({ pod, keys: rankingKeys(pod, onNode, nowMs) }));
  ranked.sort((a, b) => compareKeys(a.keys, b.keys) || (uid(a.pod) < uid(b.pod) ? -1 : 1));
  return ranked.slice(0, count).map(({ pod }) => pod);
}

/** Smaller goes first. */
function rankingKeys(pod: Pod, onNode: ReadonlyMap<string, number>, nowMs: number): readonly number[] {
  return [
    pod.spec.nodeName ? 1 : 0,
    phaseOrder[pod.status?.phase ?? 'Pending'] ?? 0,
    isPodReady(pod) ? 1 : 0,
    deletionCost(pod),
    -(onNode.get(pod.spec.nodeName ?? '') ?? 0),
    isPodReady(pod) ? magnitude(nowMs - readySinceMs(pod)) : 0,
    -maxRestarts(pod),
    magnitude(nowMs - Date.parse(pod.metadata.creationTimestamp ?? '')),
  ];
}

function compareKeys(a: readonly number[], b: readonly number[]): number {
  for (const [index, key] of a.entries()) {
    const difference = key - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Binary order of magnitude of an age, in nanoseconds as Kubernetes counts; -1 for none. */
function magnitude(ageMs: number): number {
  return ageMs > 0 ? Math.floor(Math.log2(ageMs * 1e6)) : -1;
}

function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[deletionCostAnnotation] ?? '';
  return /^-?\d+$/.test(text) ? Number(text) : 0;
}

function maxRestarts(pod: Pod): number {
  return Math.max(0, ...(pod.status?.containerStatuses ?? []).map((status) => status.restartCount));
}

function uid(pod: Pod): string {
  return pod.metadata.uid ?? '';
}
