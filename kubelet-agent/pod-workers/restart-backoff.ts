import type { ObservedContainer } from '../runtime/container-runtime.js';

const initialMs = 10_000;
const maxMs = 300_000;
/** A container that ran so long is healthy again: its next failure counts as the first. */
export const resetAfterMs = 600_000;

/**
 * How long a container that has exited waits for its restart, counted from its exit:
 * nothing the first time, then 10 s doubling to 5 min (Kubernetes' CrashLoopBackOff).
 * Derived from what the engine shows, so it survives a restart of the agent.
 * @param last newest attempt, exited
 * @param baseAttempt attempt from which on failures count, see {@link resetsBackoff}
 */
export function restartDelayMs(last: ObservedContainer, baseAttempt: number, wantedHash: string): number {
  if (resetsBackoff(last, wantedHash)) return 0;
  const failures = last.attempt - baseAttempt;
  return failures <= 0 ? 0 : Math.min(maxMs, initialMs * 2 ** (failures - 1));
}

/** Whether the attempt after `last` begins a new count: `last` ran for 10 minutes, or was of another definition. */
export function resetsBackoff(last: ObservedContainer, wantedHash: string): boolean {
  return last.specHash !== wantedHash || (last.startedAtMs > 0 && last.finishedAtMs - last.startedAtMs >= resetAfterMs);
}

/** When an exited container ended; one that never started has no finish time. */
export function endedAtMs(container: ObservedContainer): number {
  return container.finishedAtMs || container.createdAtMs;
}
