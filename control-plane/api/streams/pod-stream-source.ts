import type { Duplex } from 'node:stream';

import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import type { PodProcess, PodProcessOptions } from '../../resources/pod/pod-process.js';

/** Processes and ports of pods. The API checks pod, container and options; the source reaches them where the pod runs. */
export interface PodStreamSource {
  /** Whether the node's agent can be asked at all. */
  isConnected(nodeName: string): boolean;
  /**
   * A new process, or the container's own when no command is given. The caller closes it.
   * @throws LongshoreError NotFound when the container does not run, Unavailable when its node cannot be reached
   */
  connect(pod: Pod, container: string, options: PodProcessOptions, signal: AbortSignal): Promise<PodProcess>;
  /**
   * A TCP connection to a port of localhost inside the pod. The caller destroys it.
   * @throws LongshoreError Unavailable with the reason when nothing listens there, or the node cannot be reached
   */
  dial(pod: Pod, port: number, signal: AbortSignal): Promise<Duplex>;
}
