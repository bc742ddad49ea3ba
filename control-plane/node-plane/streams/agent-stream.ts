import { Metadata, type ServerDuplexStream } from '@grpc/grpc-js';

import { LongshoreError } from '../../../lib/errors/errors.js';
import { FrameQueue } from '../../../lib/streams/frame-queue.js';
import { SendWindow } from '../../../lib/streams/send-window.js';
import { frameBytes } from '../../../lib/streams/stream-window.js';
import type { AttachRequest, AttachResponse } from '../../../proto/gen/longshore/streams/v1/streams.js';
import { streamErrorOf } from './stream-error.js';

type Message = NonNullable<AttachRequest['message']>;
/** What an agent sends beside the handshake and credit. */
export type AgentFrame = Exclude<Message, { $case: 'open' | 'error' | 'credit' }>;
type Open = Extract<Message, { $case: 'open' }>['value'];

/**
 * One Attach call as the control plane has it. Messages are read as they come; how much may
 * come is bounded by credit, so a reader that stalls holds up the agent's sender and
 * nothing else.
 */
export class AgentStream {
  readonly #call: ServerDuplexStream<AttachRequest, AttachResponse>;
  readonly #window = new SendWindow();
  readonly #over = new AbortController();
  readonly #frames = new FrameQueue<AgentFrame>((bytes) => this.#send({ $case: 'credit', value: { bytes } }));
  #opened: (open: Open) => void = () => undefined;
  #agentDone = false;
  #complete = false;

  /** Reads from the call at once. */
  constructor(call: ServerDuplexStream<AttachRequest, AttachResponse>) {
    this.#call = call;
    call.on('data', ({ message }: AttachRequest) => this.#receive(message));
    call.on('end', () => {
      this.#agentDone = true;
      // A call that breaks may end first and be cancelled then: only the last frame tells that all has come.
      this.#frames.end(this.#complete ? undefined : brokenOff());
    });
    // 'cancelled' says it; here it only must not be unhandled.
    call.on('error', () => undefined);
    call.on('cancelled', () => this.#finish(brokenOff()));
    // Headers at once: until they come the agent's gRPC library keeps what is sent, to send it again.
    call.sendMetadata(new Metadata());
  }

  /** Aborts when the call is over, whoever ended it. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** The agent's first message. @throws the signal's reason */
  opened(signal: AbortSignal): Promise<Open> {
    return new Promise((resolve, reject) => {
      this.#opened = resolve;
      const leave = (): void => reject(new LongshoreError('Cancelled', 'the call ended before it was opened'));
      signal.addEventListener('abort', leave, { once: true });
      if (signal.aborted) leave();
    });
  }

  /**
   * The next frame; undefined once the agent is done. One reader at a time.
   * @throws LongshoreError the agent's error, or Unavailable when the connection broke
   */
  next(): Promise<AgentFrame | undefined> {
    return this.#frames.next();
  }

  /** Resolves once all of it was sent, which is when the agent has room for it. @throws LongshoreError once the call is over */
  async write(data: Uint8Array): Promise<void> {
    for (let start = 0; start < data.length;) {
      const bytes = await this.#window.take(Math.min(frameBytes, data.length - start), this.#over.signal);
      this.#send({ $case: 'data', value: Buffer.from(data.buffer, data.byteOffset + start, bytes) });
      start += bytes;
    }
  }

  /** No data follows. */
  endInput(): void {
    this.#send({ $case: 'dataEnd', value: {} });
  }

  resize(columns: number, rows: number): void {
    this.#send({ $case: 'resize', value: { columns, rows } });
  }

  /** Lets go: an agent that still works on it is told to stop. Safe to repeat. */
  close(): void {
    if (!this.#agentDone) this.#send({ $case: 'cancel', value: {} });
    this.end();
  }

  /** Ends the call once both sides have said all: what is on its way to the agent still arrives. Safe to repeat. */
  end(): void {
    if (this.#over.signal.aborted) return;
    this.#finish(new LongshoreError('Cancelled', 'the stream was closed'));
    this.#call.end();
  }

  #receive(message: AttachRequest['message']): void {
    switch (message?.$case) {
      case undefined:
        return;
      case 'open':
        this.#opened(message.value);
        return;
      case 'credit':
        this.#window.grant(message.value.bytes);
        return;
      case 'error':
        this.#frames.end(streamErrorOf(message.value));
        return;
      case 'data':
      case 'stderr':
        this.#frames.push(message, message.value.length);
        return;
      case 'exit':
      case 'dataEnd':
        this.#complete = true;
        this.#agentDone ||= message.$case === 'exit';
        this.#frames.push(message);
        return;
      case 'started':
        this.#frames.push(message);
        return;
    }
  }

  #finish(error: LongshoreError): void {
    this.#frames.end(error);
    this.#over.abort(error);
  }

  #send(message: NonNullable<AttachResponse['message']>): void {
    if (!this.#over.signal.aborted && !this.#call.cancelled) this.#call.write({ message });
  }
}

function brokenOff(): LongshoreError {
  return new LongshoreError('Unavailable', 'the connection to the kubelet agent broke');
}
