import { PassThrough, type Readable, type Writable } from 'node:stream';

import { waitForAbort } from '../../../lib/async/signals.js';
import { abortReason } from '../../../lib/clock/clock.js';
import type { ContainerProcess, ProcessOutput } from '../container-runtime.js';

/** What a process of the fake sees of its streams. */
export interface FakeProcessStreams {
  readonly stdin: Readable;
  /** Resolves when its reader has room for more. @throws once nobody reads any longer, as of a broken pipe */
  readonly write: (text: string | Uint8Array, channel?: ProcessOutput['channel']) => Promise<void>;
  /** The terminal's size; 0 by 0 until it is set. */
  readonly size: { columns: number; rows: number };
  /** Aborts when the terminal is hung up. */
  readonly hungUp: AbortSignal;
}

/** The main function of a process. @returns its exit code */
export type FakeMain = (streams: FakeProcessStreams) => Promise<number>;

/** A process with streams in memory. */
export class FakeProcess implements ContainerProcess {
  readonly input: Writable;
  readonly output: AsyncIterable<ProcessOutput>;
  readonly #size = { columns: 0, rows: 0 };
  readonly #hungUp = new AbortController();
  readonly #tty: boolean;
  readonly #exit: Promise<number>;

  constructor(options: { main: FakeMain; tty: boolean; signal: AbortSignal }) {
    const stdin = new PassThrough();
    const output = new PassThrough({ objectMode: true, highWaterMark: 4 });
    this.#tty = options.tty;
    this.input = stdin;
    this.output = output as AsyncIterable<ProcessOutput>;
    const write: FakeProcessStreams['write'] = (text, channel = 'stdout') =>
      new Promise((resolve, reject) => {
        const data = typeof text === 'string' ? Buffer.from(text) : text;
        output.write({ channel: options.tty ? 'stdout' : channel, data }, (error) => (error ? reject(error) : resolve()));
      });
    output.on('error', () => undefined);
    this.#exit = options.main({ stdin, write, size: this.#size, hungUp: this.#hungUp.signal }).finally(() => output.end());
    this.#exit.catch(() => undefined);
    options.signal.addEventListener('abort', () => output.destroy(), { once: true });
  }

  resize(columns: number, rows: number): Promise<void> {
    if (this.#tty) Object.assign(this.#size, { columns, rows });
    return Promise.resolve();
  }

  async exitCode(signal: AbortSignal): Promise<number> {
    const given = waitForAbort(signal).then(() => Promise.reject(abortReason(signal)));
    return Promise.race([this.#exit, given]);
  }

  close(): Promise<void> {
    this.input.end();
    if (this.#tty) this.#hungUp.abort();
    return Promise.resolve();
  }
}
