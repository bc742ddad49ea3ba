import type { Container } from '../../proto/gen/longshore/node/v1/pod.js';
import type { ObservedContainer } from '../runtime/container-runtime.js';
import type { PodSnapshot, ProbeVerdict } from './pod-snapshot.js';
import { endedAtMs, restartDelayMs } from './restart-backoff.js';
import { specHash } from './spec-hash.js';

/** What should become of one container of a pod, and why. */
export type ContainerIntent =
  | { kind: 'run'; container: ObservedContainer }
  /** Start this attempt now. `discard`: a leftover of the same attempt that must go first. */
  | { kind: 'start'; attempt: number; discard?: string }
  /** CrashLoopBackOff. */
  | { kind: 'backoff'; last: ObservedContainer; delayMs: number; untilMs: number }
  /** The last try to start it failed before there was a container. */
  | { kind: 'failing'; untilMs: number; reason: string; message: string }
  /** Waits for init containers before it. */
  | { kind: 'blocked' }
  | { kind: 'stop'; container: ObservedContainer; because: StopReason }
  /** Has exited and stays so. */
  | { kind: 'finished'; last: ObservedContainer };

export type StopReason = 'liveness' | 'startup' | 'postStart' | 'changed' | 'sandbox' | 'surplus' | 'deleted' | 'finished';

/** 'regular' and 'sidecar' containers keep running; an 'init' container ends once. */
export type ContainerRole = 'init' | 'sidecar' | 'regular';

/** Attempts of one container, oldest first. */
export function attemptsOf(snapshot: PodSnapshot, name: string): readonly ObservedContainer[] {
  return snapshot.observed.containers.filter((container) => container.name === name).sort((a, b) => a.attempt - b.attempt);
}

/**
 * @param sandboxAttempt of the sandbox that runs; undefined when none does
 * @param eligible the containers that must come before it are done
 */
export function intentOf(
  snapshot: PodSnapshot,
  container: Container,
  role: ContainerRole,
  sandboxAttempt: number | undefined,
  eligible: boolean,
): ContainerIntent {
  const last = attemptsOf(snapshot, container.name).at(-1);
  if (last?.state === 'running') return intentOfRunning(snapshot, container, role, last, sandboxAttempt);
  if (last?.state === 'exited' && !wantsRestart(snapshot, role, last, sandboxAttempt)) return { kind: 'finished', last };
  if (!eligible) return { kind: 'blocked' };
  const failure = snapshot.failures.get(container.name);
  if (failure && failure.retryAtMs > snapshot.nowMs) {
    return { kind: 'failing', untilMs: failure.retryAtMs, reason: failure.reason, message: failure.message };
  }
  if (last === undefined) return { kind: 'start', attempt: 0 };
  const hash = specHash(container);
  if (last.state === 'created') {
    const usable = last.specHash === hash && last.sandboxAttempt === sandboxAttempt;
    return usable ? { kind: 'start', attempt: last.attempt } : { kind: 'start', attempt: last.attempt, discard: last.id };
  }
  const succeededInit = role === 'init' && last.exitCode === 0;
  const delayMs = succeededInit ? 0 : restartDelayMs(last, snapshot.record.restartBase[container.name] ?? 0, hash);
  const untilMs = endedAtMs(last) + delayMs;
  if (delayMs > 0 && untilMs > snapshot.nowMs) return { kind: 'backoff', last, delayMs, untilMs };
  return { kind: 'start', attempt: last.attempt + 1 };
}

function intentOfRunning(
  snapshot: PodSnapshot,
  container: Container,
  role: ContainerRole,
  running: ObservedContainer,
  sandboxAttempt: number | undefined,
): ContainerIntent {
  const stop = (because: StopReason): ContainerIntent => ({ kind: 'stop', container: running, because });
  if (running.sandboxAttempt !== sandboxAttempt) return stop('sandbox');
  if (role !== 'init' && running.specHash !== specHash(container)) return stop('changed');
  const failed = snapshot.probes.get(running.id)?.failed;
  if (failed) return stop(failed);
  if (snapshot.postStart.get(running.id) === 'failed') return stop('postStart');
  return { kind: 'run', container: running };
}

function wantsRestart(
  snapshot: PodSnapshot,
  role: ContainerRole,
  last: ObservedContainer,
  sandboxAttempt: number | undefined,
): boolean {
  if (role === 'sidecar') return true;
  // What an init container prepared in an earlier sandbox may be gone with it.
  if (role === 'init' && last.exitCode === 0) return last.sandboxAttempt !== sandboxAttempt;
  const policy = snapshot.desired?.spec.restartPolicy;
  if (role === 'init') return policy !== 'Never';
  return policy === 'Always' || (policy === 'OnFailure' && last.exitCode !== 0);
}

/** What is known of a running container's probes; before the first result, what its definition implies. */
export function verdictOf(snapshot: PodSnapshot, container: Container, id: string): ProbeVerdict {
  const hooked = snapshot.postStart.has(id);
  const known = snapshot.probes.get(id);
  const started = !hooked && (known?.started ?? !container.startupProbe);
  return { ...known, started, ready: started && (known?.ready ?? !container.readinessProbe) };
}
