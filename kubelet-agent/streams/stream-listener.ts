import type { ClientDuplexStream } from '@grpc/grpc-js';

import type {
  AttachRequest,
  AttachResponse,
  ListenResponse,
  StreamServiceClient,
} from '../../proto/gen/longshore/streams/v1/streams.js';
import { linkedController } from '../../lib/async/signals.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { readStream } from '../../lib/grpc/client.js';
import type { Logger } from '../../lib/log/logger.js';
import type { ContainerRuntime } from '../runtime/container-runtime.js';
import { containerLogs } from './container-logs.js';

/** Largest piece of output in one message. */
const frameBytes = 32 * 1024;

/** Answers what users ask of this node's containers, each request over a stream of its own. */
export class StreamListener {
  readonly #client: StreamServiceClient;
  readonly #runtime: Pick<ContainerRuntime, 'observe' | 'logs'>;
  readonly #log: Logger;

  constructor(options: { client: StreamServiceClient; runtime: Pick<ContainerRuntime, 'observe' | 'logs'>; log: Logger }) {
    this.#client = options.client;
    this.#runtime = options.runtime;
    this.#log = options.log;
  }

  /**
   * Listens over one stream until it ends; streams that were opened end with it.
   * @throws LongshoreError with the code that the server gave
   */
  async run(sessionId: string, signal: AbortSignal): Promise<void> {
    using life = linkedController(signal);
    try {
      for await (const request of readStream(this.#client.listen({ sessionId }), life.signal)) {
        this.#answer(sessionId, request, life.signal).catch((error: unknown) => {
          const { podUid, containerName: container } = request;
          this.#log.debug('stream to the control plane broke', { podUid, container, error: LongshoreError.from(error) });
        });
      }
    } finally {
      life.abort();
    }
  }

  async #answer(sessionId: string, request: ListenResponse, signal: AbortSignal): Promise<void> {
    using life = linkedController(signal);
    const call = this.#client.attach();
    const frames = new OutgoingFrames(call, life.signal);
    // The user went away, or the control plane did.
    call.on('data', ({ message }: AttachResponse) => {
      if (message?.$case === 'cancel') life.abort();
    });
    for (const event of ['end', 'error', 'close']) call.on(event, () => life.abort());
    try {
      await frames.send({ message: { $case: 'open', value: { sessionId, streamId: request.streamId } } });
      await this.#carryOut(request, frames, life.signal);
    } catch (thrown) {
      if (!life.signal.aborted) {
        const { grpcCode: code, message } = LongshoreError.from(thrown);
        await frames.send({ message: { $case: 'error', value: { code, message } } });
      }
    } finally {
      if (life.signal.aborted) call.cancel();
      else call.end();
    }
  }

  async #carryOut(request: ListenResponse, frames: OutgoingFrames, signal: AbortSignal): Promise<void> {
    if (request.request?.$case !== 'logs') throw new LongshoreError('InvalidArgument', 'this agent knows no such request');
    for await (const chunk of containerLogs(this.#runtime, request, request.request.value, signal)) {
      for (let start = 0; start < chunk.length; start += frameBytes) {
        await frames.send({ message: { $case: 'data', value: Buffer.from(chunk.subarray(start, start + frameBytes)) } });
      }
    }
  }
}

/** Writes frames no faster than they are taken. */
class OutgoingFrames {
  readonly #call: ClientDuplexStream<AttachRequest, AttachResponse>;
  readonly #signal: AbortSignal;

  constructor(call: ClientDuplexStream<AttachRequest, AttachResponse>, signal: AbortSignal) {
    this.#call = call;
    this.#signal = signal;
  }

  /** @throws the signal's reason once the stream is over */
  async send(frame: AttachRequest): Promise<void> {
    this.#signal.throwIfAborted();
    if (this.#call.write(frame)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#call.off('drain', done);
        this.#signal.removeEventListener('abort', done);
        resolve();
      };
      this.#call.once('drain', done);
      this.#signal.addEventListener('abort', done, { once: true });
    });
  }
}
