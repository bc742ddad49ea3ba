import { Duplex } from 'node:stream';

import { LongshoreError } from '../errors/errors.js';
import { type SendWindow } from '../streams/send-window.js';
import { frameBytes } from '../streams/stream-window.js';
import { resetStatus } from './frames.js';
import type { Headers } from './header-codec.js';

/** What a stream needs of its connection. */
export interface StreamPort {
  /** Resolves when more may be sent. */
  sendData(data: Buffer, fin: boolean): Promise<void>;
  sendReset(status: number): void;
  /** So much of what came has been taken. */
  taken(bytes: number): void;
  /** Neither side has more to say, or the stream was reset. */
  closed(): void;
}

/** One stream of a SPDY connection. Each direction ends by itself; destroying it resets it. */
export class SpdyStream extends Duplex {
  readonly id: number;
  /** As the side that opened it gave them. */
  readonly headers: Headers;
  readonly #port: StreamPort;
  /** Undefined towards peers without flow control. */
  readonly #window: SendWindow | undefined;
  readonly #over = new AbortController();
  readonly #received: Buffer[] = [];
  #receivedEnd = false;
  #wanted = false;
  #reset = false;

  constructor(options: { id: number; headers: Headers; port: StreamPort; window: SendWindow | undefined }) {
    super({ allowHalfOpen: true });
    this.id = options.id;
    this.headers = options.headers;
    this.#port = options.port;
    this.#window = options.window;
    // Whoever reads or writes hears of it; without either an error must not end the process.
    this.on('error', () => undefined);
  }

  /** Data of the peer; the connection sees to it that it is not too much. */
  receive(data: Buffer, fin: boolean): void {
    if (data.length > 0) this.#received.push(data);
    if (fin) this.#receivedEnd = true;
    this.#deliver();
  }

  /** The peer has reset it, or the connection is over. */
  abandon(error: LongshoreError): void {
    this.#reset = true;
    this.destroy(error);
  }

  grant(bytes: number): void {
    this.#window?.grant(bytes);
  }

  override _read(): void {
    this.#wanted = true;
    this.#deliver();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#send(chunk).then(() => callback(), callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#port.sendData(Buffer.alloc(0), true).then(() => callback(), callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#over.abort(error ?? new LongshoreError('Cancelled', 'the stream was closed'));
    const inOrder = this.readableEnded && this.writableFinished;
    if (!inOrder && !this.#reset) this.#port.sendReset(resetStatus.cancel);
    this.#received.length = 0;
    this.#port.closed();
    callback(error);
  }

  async #send(chunk: Buffer): Promise<void> {
    for (let start = 0; start < chunk.length;) {
      const wanted = Math.min(frameBytes, chunk.length - start);
      const bytes = (await this.#window?.take(wanted, this.#over.signal)) ?? wanted;
      await this.#port.sendData(chunk.subarray(start, start + bytes), false);
      start += bytes;
    }
  }

  #deliver(): void {
    while (this.#wanted) {
      const data = this.#received.shift();
      if (data === undefined) break;
      this.#wanted = this.push(data);
      this.#port.taken(data.length);
    }
    if (this.#received.length === 0 && this.#receivedEnd && this.#wanted) {
      this.#wanted = false;
      this.push(null);
    }
  }
}
