import type { ImageState } from '../images/image-manager.js';
import type { ObservedPod } from '../runtime/container-runtime.js';
import type { DesiredPod } from './desired-pod.js';

/** Everything that the next step of a pod depends on, at one moment. */
export interface PodSnapshot {
  /** Undefined: this node does not know what the pod should be, only that it must go. */
  readonly desired: DesiredPod | undefined;
  /** The control plane no longer wants the pod here; nobody waits for its last status. */
  readonly removed: boolean;
  readonly observed: ObservedPod;
  /** By container name; missing: nobody has asked yet. */
  readonly images: ReadonlyMap<string, ImageState>;
  /** Names of containers whose image must be asked for again. */
  readonly imagesToAsk: ReadonlySet<string>;
  /** `stale`: usable, to be brought up to date. */
  readonly volumes: 'missing' | 'stale' | 'ready';
  /** By container id; missing: nothing is known yet. */
  readonly probes: ReadonlyMap<string, ProbeVerdict>;
  /** By container name, or one of {@link sandboxKey}, {@link volumesKey}, {@link engineKey}. */
  readonly failures: ReadonlyMap<string, StepFailure>;
  /** postStart hooks by container id; missing: none, or done. */
  readonly postStart: ReadonlyMap<string, 'pending' | 'running' | 'failed'>;
  /** Stops under way: container id to the moment at which it is killed. */
  readonly stopping: ReadonlyMap<string, number>;
  readonly record: PodProgress;
  /** Nothing of the pod is left in the volume manager. */
  readonly tornDown: boolean;
  readonly nowMs: number;
}

/** What the probes of one running container say. */
export interface ProbeVerdict {
  /** The startup probe has passed, or there is none. */
  readonly started: boolean;
  readonly ready: boolean;
  /** A probe that calls for a restart. */
  readonly failed?: 'liveness' | 'startup';
}

/** A step that did not succeed and is tried again. */
export interface StepFailure {
  readonly count: number;
  /** Kubernetes' word, for example CreateContainerConfigError. */
  readonly reason: string;
  readonly message: string;
  readonly retryAtMs: number;
}

/** The part of a pod's record on disk that decides steps. */
export interface PodProgress {
  /** When this node first saw the pod. */
  readonly startTimeMs: number;
  /** When this node first saw that the pod must stop. Undefined: it must not. */
  readonly stopSinceMs?: number;
  /** Latched: a finished pod never runs again. */
  readonly outcome?: PodOutcome;
  /** By container name: the attempt from which restarts count. Missing: 0. */
  readonly restartBase: Readonly<Record<string, number>>;
}

export interface PodOutcome {
  readonly phase: 'Succeeded' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

export const sandboxKey = '(sandbox)';
export const volumesKey = '(volumes)';
/** Failures of stops, removals and everything else. */
export const engineKey = '(engine)';
