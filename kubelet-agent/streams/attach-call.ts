import type { ClientDuplexStream } from '@grpc/grpc-js';

import { FrameQueue } from '../../lib/streams/frame-queue.js';
import { SendWindow } from '../../lib/streams/send-window.js';
import { frameBytes } from '../../lib/streams/stream-window.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { AttachRequest, AttachResponse } from '../../proto/gen/longshore/streams/v1/streams.js';

type Message = NonNullable<AttachResponse['message']>;
/** What the user sends, in order. */
export type UserFrame = Extract<Message, { $case: 'data' | 'dataEnd' }>;

/**
 * One Attach call as the agent has it. Messages are read as they come; how much may come is
 * bounded by credit, so a process that does not read its stdin holds up its own sender, and
 * `cancel` is heard all the same.
 */
export class AttachCall {
  readonly #call: ClientDuplexStream<AttachRequest, AttachResponse>;
  readonly #window = new SendWindow();
  readonly #over = new AbortController();
  readonly #frames = new FrameQueue<UserFrame>((bytes) => this.send({ $case: 'credit', value: { bytes } }));
  #resize: (columns: number, rows: number) => void = () => undefined;
  /** One side has ended the call in good order: nothing can be sent any longer. */
  #ended = false;

  /** @param signal breaks the call off */
  constructor(call: ClientDuplexStream<AttachRequest, AttachResponse>, signal: AbortSignal) {
    this.#call = call;
    const breakOff = (): void => this.#finish(signal.reason);
    signal.addEventListener('abort', breakOff, { once: true });
    this.signal.addEventListener('abort', () => signal.removeEventListener('abort', breakOff), { once: true });
    call.on('data', ({ message }: AttachResponse) => this.#receive(message));
    call.on('error', (error: Error) => this.#finish(error));
    // Both sides have said all: what has come is still to be worked on.
    call.on('end', () => {
      this.#ended = true;
      this.#frames.end();
    });
    if (signal.aborted) breakOff();
  }

  /** Aborts when the user went away, or the control plane did: stop. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** The user's next frame; undefined when none follows. One reader at a time. @throws LongshoreError once the call broke */
  next(): Promise<UserFrame | undefined> {
    return this.#frames.next();
  }

  /** Hears of the user's terminal at once, not behind data. */
  onResize(listener: (columns: number, rows: number) => void): void {
    this.#resize = listener;
  }

  send(message: NonNullable<AttachRequest['message']>): void {
    if (!this.#over.signal.aborted && !this.#ended) this.#call.write({ message });
  }

  /** Sends output no faster than it is taken. @throws the signal's reason once the call is over */
  async sendData(channel: 'data' | 'stderr', data: Uint8Array): Promise<void> {
    for (let start = 0; start < data.length;) {
      const bytes = await this.#window.take(Math.min(frameBytes, data.length - start), this.signal);
      this.send({ $case: channel, value: Buffer.from(data.buffer, data.byteOffset + start, bytes) });
      start += bytes;
    }
  }

  /** Nothing more to say. Breaks off what is over already. */
  end(): void {
    this.#ended = true;
    if (this.#over.signal.aborted) this.#call.cancel();
    else this.#call.end();
  }

  #receive(message: AttachResponse['message']): void {
    switch (message?.$case) {
      case undefined:
        return;
      case 'cancel':
        this.#finish(new LongshoreError('Cancelled', 'the user went away'));
        return;
      case 'credit':
        this.#window.grant(message.value.bytes);
        return;
      case 'data':
        this.#frames.push(message, message.value.length);
        return;
      case 'dataEnd':
        this.#frames.push(message);
        return;
      case 'resize':
        this.#resize(message.value.columns, message.value.rows);
        return;
    }
  }

  #finish(reason: unknown): void {
    const error = LongshoreError.from(reason, 'Unavailable');
    this.#frames.end(error);
    this.#over.abort(error);
  }
}
