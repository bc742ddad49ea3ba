import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';

/** Kubernetes' PodLogOptions. */
export interface PodLogOptions {
  /** Keep the stream open for what is still to come. */
  readonly follow: boolean;
  /** The container's former attempt instead of the current one. */
  readonly previous: boolean;
  /** Every line begins with its time, RFC 3339 with nanoseconds. */
  readonly timestamps: boolean;
  /** Only the last lines; undefined: all. */
  readonly tailLines?: number;
  /** Only lines since this time, ms since the epoch. */
  readonly sinceMs?: number;
  /** End after this many bytes. */
  readonly limitBytes?: number;
}

/**
 * Where the logs of containers come from. The API checks pod, container and options;
 * the source reads them where the pod runs.
 */
export interface PodLogSource {
  /**
   * Chunks of log text, in order. Ends with the log, or with the container when following.
   * @throws LongshoreError before the first chunk: NotFound when the container has no such log,
   *   Unavailable when its node cannot be reached
   */
  open(pod: Pod, container: string, options: PodLogOptions, signal: AbortSignal): AsyncIterable<Uint8Array>;
}
