import type { StopReason } from './container-intent.js';

/** One thing to do for a pod. Everything is safe to do again. */
export type Step =
  /** Ask for a container's image, without waiting for a pull. */
  | { kind: 'EnsureImage'; container: string }
  | { kind: 'PrepareVolumes' }
  | { kind: 'StartSandbox'; attempt: number }
  | { kind: 'StartContainer'; container: string; attempt: number; sandboxAttempt: number }
  /** Begins in the background. */
  | { kind: 'RunPostStart'; container: string; id: string }
  /** Begins in the background: preStop, the stop signal, and at `killAtMs` SIGKILL. */
  | { kind: 'StopContainer'; container: string; id: string; because: StopReason; killAtMs: number }
  | { kind: 'RemoveContainer'; id: string }
  | { kind: 'StopSandbox'; attempt: number }
  | { kind: 'RemoveSandbox'; attempt: number }
  /** Removes the pod's files. */
  | { kind: 'Teardown' }
  /** Nothing to do until `untilMs`, or until something changes when it is undefined. */
  | { kind: 'Wait'; untilMs: number | undefined; reason: string }
  /** Nothing of the pod is left on this node. */
  | { kind: 'Done' };

/** Steps that the engine spends its time on; at most a few pods take them at once. */
export function isStart(step: Step): boolean {
  return step.kind === 'StartSandbox' || step.kind === 'StartContainer';
}
