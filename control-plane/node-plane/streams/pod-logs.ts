import { LongshoreError } from '../../../lib/errors/errors.js';
import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import type { LogsRequest } from '../../../proto/gen/longshore/streams/v1/streams.js';
import type { PodLogOptions } from '../../resources/pod/pod-log-options.js';
import type { AgentStream } from './agent-stream.js';
import type { AgentStreams } from './agent-streams.js';

/** Reads container logs from the node that runs the pod: the API's PodLogSource. */
export class PodLogs {
  readonly #streams: AgentStreams;

  constructor(options: { streams: AgentStreams }) {
    this.#streams = options.streams;
  }

  /**
   * The log in chunks as the agent sends them. Leaving the loop or aborting tells the agent to stop.
   * @throws LongshoreError Unavailable, DeadlineExceeded, NotFound (no such container or log)
   */
  async *open(
    pod: Pod,
    container: string,
    options: PodLogOptions,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const nodeName = pod.spec?.nodeName;
    if (!nodeName)
      throw new LongshoreError('Unavailable', `pod ${pod.metadata.name ?? ''} is not scheduled to a node yet: it has no log`);
    const stream = await this.#streams.ask(
      nodeName,
      { podUid: pod.metadata.uid ?? '', containerName: container, request: { $case: 'logs', value: logsRequest(options) } },
      signal,
    );
    yield* dataOf(stream, signal);
  }
}

async function* dataOf(stream: AgentStream, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  const close = (): void => stream.close();
  signal.addEventListener('abort', close, { once: true });
  if (signal.aborted) close();
  try {
    for (;;) {
      const frame = await stream.next();
      if (frame === undefined || frame.$case === 'dataEnd' || signal.aborted) return;
      if (frame.$case === 'data') yield frame.value;
    }
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}

function logsRequest(options: PodLogOptions): LogsRequest {
  return {
    follow: options.follow,
    previous: options.previous,
    timestamps: options.timestamps,
    tailLines: options.tailLines,
    limitBytes: options.limitBytes,
    since: options.sinceMs === undefined ? undefined : new Date(options.sinceMs),
  };
}
