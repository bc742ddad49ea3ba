import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import type { PodLogOptions } from '../../resources/pod/pod-log-options.js';

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
