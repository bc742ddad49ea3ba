import type { ObservedContainer } from '../runtime/container-runtime.js';
import type { StopReason } from './container-intent.js';
import { type DesiredPod, findContainer, isSidecar } from './desired-pod.js';
import type { PodSnapshot } from './pod-snapshot.js';

/** Kubernetes gives every container that is stopped gracefully at least this long. */
export const minimumGraceMs = 2_000;
/** For a pod that no assignment describes any more. */
const unknownGraceMs = 2_000;

/** Which of the running containers are stopped now: all but the sidecars, then the sidecars, last one first (KEP-753). */
export function stopNow(desired: DesiredPod | undefined, running: readonly ObservedContainer[]): readonly ObservedContainer[] {
  const sidecars = (desired?.spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name);
  const others = running.filter(({ name }) => !sidecars.includes(name));
  if (others.length > 0) return others;
  const lastSidecar = sidecars.findLast((name) => running.some((container) => container.name === name));
  return running.filter(({ name }) => name === lastSidecar);
}

/** How long containers of the pod may take to stop: while it is deleted, the grace of the deletion. */
export function graceMs({ desired, removed }: PodSnapshot): number {
  if (!desired) return unknownGraceMs;
  if (desired.deletionGraceSeconds !== undefined) return desired.deletionGraceSeconds * 1000;
  const seconds = desired.spec.terminationGracePeriodSeconds;
  return removed ? Math.max(1, seconds) * 1000 : seconds * 1000;
}

/** When a pod that must stop is killed. Zero grace is at once; otherwise no container gets less than two seconds. */
export function killAtMs(snapshot: PodSnapshot, sinceMs: number): number {
  const grace = graceMs(snapshot);
  return grace === 0 ? snapshot.nowMs : Math.max(sinceMs + grace, snapshot.nowMs + Math.min(grace, minimumGraceMs));
}

/** When one container that is to be restarted is killed: its probe may give another grace than the pod. */
export function restartKillAtMs(snapshot: PodSnapshot, name: string, because: StopReason): number {
  const container = snapshot.desired && findContainer(snapshot.desired.spec, name);
  const probe = because === 'liveness' ? container?.livenessProbe : because === 'startup' ? container?.startupProbe : undefined;
  const seconds = probe?.terminationGracePeriodSeconds;
  return seconds === undefined ? killAtMs(snapshot, snapshot.nowMs) : snapshot.nowMs + seconds * 1000;
}
