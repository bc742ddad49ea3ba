import type { Duplex } from 'node:stream';

import { linkedSignal } from '../../../lib/async/signals.js';
import type { Clock } from '../../../lib/clock/clock.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import type { ListenResponse } from '../../../proto/gen/longshore/streams/v1/streams.js';
import type { PodProcess, PodProcessFrame, PodProcessOptions } from '../../resources/pod/pod-process.js';
import type { AgentStream } from './agent-stream.js';
import type { AgentStreams } from './agent-streams.js';
import { PortConnection } from './port-connection.js';

/** How long an agent may take to start a process or to connect to a port. */
const startTimeoutMs = 30_000;

type Request = NonNullable<ListenResponse['request']>;

/** Processes and ports of pods, over the streams of their nodes' agents. */
export class PodStreams {
  readonly #streams: AgentStreams;
  readonly #clock: Clock;

  constructor(options: { streams: AgentStreams; clock: Clock }) {
    this.#streams = options.streams;
    this.#clock = options.clock;
  }

  /**
   * Starts a process in a container, or connects to the one that it runs. The caller closes it.
   * @throws LongshoreError NotFound (no such container, or it does not run), InvalidArgument,
   *   Unavailable, DeadlineExceeded, ResourceExhausted
   */
  async connect(pod: Pod, container: string, options: PodProcessOptions, signal: AbortSignal): Promise<PodProcess> {
    const stream = await this.#start(pod, container, processRequest(options), signal);
    return {
      next: () => nextFrame(stream),
      write: (data) => stream.write(data),
      endInput: () => stream.endInput(),
      resize: (columns, rows) => stream.resize(columns, rows),
      close: () => stream.close(),
    };
  }

  /**
   * A TCP connection to a port of localhost inside the pod. The caller destroys it.
   * @throws LongshoreError Unavailable with the reason when nothing listens there; otherwise as connect
   */
  async dial(pod: Pod, port: number, signal: AbortSignal): Promise<Duplex> {
    return new PortConnection(await this.#start(pod, '', { $case: 'portForward', value: { port } }, signal));
  }

  /** Whether the node's agent can be asked at all. */
  isConnected(nodeName: string): boolean {
    return this.#streams.isConnected(nodeName);
  }

  async #start(pod: Pod, containerName: string, request: Request, signal: AbortSignal): Promise<AgentStream> {
    const { nodeName } = pod.spec;
    if (!nodeName) throw new LongshoreError('Unavailable', `pod ${pod.metadata.name} is not scheduled to a node yet`);
    const stream = await this.#streams.ask(nodeName, { podUid: pod.metadata.uid ?? '', containerName, request }, signal);
    const late = new AbortController();
    using until = linkedSignal(signal, late.signal);
    const cancelTimer = this.#clock.after(startTimeoutMs, () => {
      const message = `node ${nodeName} did not carry out the request within ${startTimeoutMs / 1_000} s`;
      late.abort(new LongshoreError('DeadlineExceeded', message));
    });
    const close = (): void => stream.close();
    until.signal.addEventListener('abort', close, { once: true });
    try {
      const frame = await stream.next();
      if (frame?.$case === 'started') return stream;
      throw new LongshoreError('Unavailable', 'the kubelet agent ended the stream before it began');
    } catch (thrown) {
      stream.close();
      throw late.signal.aborted ? late.signal.reason : thrown;
    } finally {
      cancelTimer();
      until.signal.removeEventListener('abort', close);
    }
  }
}

function processRequest({ command, stdin, stdout, stderr, tty }: PodProcessOptions): Request {
  return command
    ? { $case: 'exec', value: { command: [...command], stdin, stdout, stderr, tty } }
    : { $case: 'attach', value: { stdin, stdout, stderr } };
}

async function nextFrame(stream: AgentStream): Promise<PodProcessFrame | undefined> {
  for (;;) {
    const frame = await stream.next();
    switch (frame?.$case) {
      case undefined:
        return undefined;
      case 'data':
        return { kind: 'stdout', data: frame.value };
      case 'stderr':
        return { kind: 'stderr', data: frame.value };
      case 'exit':
        return { kind: 'exit', code: frame.value.code };
      case 'started':
      case 'dataEnd':
        continue;
    }
  }
}
