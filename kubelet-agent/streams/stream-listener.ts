import { linkedController } from '../../lib/async/signals.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { readStream } from '../../lib/grpc/client.js';
import type { Logger } from '../../lib/log/logger.js';
import type { ListenResponse, StreamServiceClient } from '../../proto/gen/longshore/streams/v1/streams.js';
import type { ContainerRuntime } from '../runtime/container-runtime.js';
import { AttachCall } from './attach-call.js';
import { containerLogs } from './container-logs.js';
import { servePort } from './serve-port.js';
import { serveProcess } from './serve-process.js';
import type { StreamMetrics } from './stream-metrics.js';

type Runtime = Pick<ContainerRuntime, 'observe' | 'logs' | 'startProcess' | 'attach' | 'dial'>;

/** Answers what users ask of this node's pods, each request over a stream of its own. */
export class StreamListener {
  readonly #client: StreamServiceClient;
  readonly #runtime: Runtime;
  readonly #metrics: StreamMetrics;
  readonly #log: Logger;

  constructor(options: { client: StreamServiceClient; runtime: Runtime; metrics: StreamMetrics; log: Logger }) {
    this.#client = options.client;
    this.#runtime = options.runtime;
    this.#metrics = options.metrics;
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
    const call = new AttachCall(this.#client.attach(), signal);
    const close = this.#metrics.open(request.request?.$case ?? 'unknown');
    try {
      call.send({ $case: 'open', value: { sessionId, streamId: request.streamId } });
      await this.#carryOut(request, call);
    } catch (thrown) {
      const { grpcCode: code, message } = LongshoreError.from(thrown);
      call.send({ $case: 'error', value: { code, message } });
      if (call.signal.aborted) this.#log.debug('stream was broken off', { streamId: request.streamId, reason: message });
    } finally {
      call.end();
      close();
    }
  }

  async #carryOut(listened: ListenResponse, call: AttachCall): Promise<void> {
    const { request, podUid } = listened;
    switch (request?.$case) {
      case 'logs':
        for await (const chunk of containerLogs(this.#runtime, listened, request.value, call.signal)) {
          await call.sendData('data', chunk);
        }
        call.send({ $case: 'dataEnd', value: {} });
        return;
      case 'exec':
      case 'attach':
        return serveProcess(this.#runtime, listened, request, call);
      case 'portForward':
        return servePort(this.#runtime, podUid, request.value.port, call);
      case undefined:
        throw new LongshoreError('InvalidArgument', 'this agent knows no such request');
    }
  }
}
