import type { Clock } from '../../../lib/clock/clock.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import type { ApiResponse } from '../http/exchange.js';

/** How long a client may leave what was sent to it untaken. */
const stallMs = 30_000;

/**
 * Writes a stream at the pace of its reader: no more is buffered than the connection holds.
 * @throws LongshoreError DeadlineExceeded when the reader takes nothing for 30 s
 */
export class FrameWriter {
  readonly #response: ApiResponse;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;

  constructor(options: { response: ApiResponse; clock: Clock; signal: AbortSignal }) {
    this.#response = options.response;
    this.#clock = options.clock;
    this.#signal = options.signal;
  }

  /** Resolves when more may be written, or the stream is over. */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#signal.aborted) return;
    if (!this.#response.write(bytes)) await this.#drained();
  }

  #drained(): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        cancel();
        this.#response.removeListener('drain', done);
        this.#response.removeListener('close', done);
        this.#signal.removeEventListener('abort', done);
        act();
      };
      const done = (): void => settle(resolve);
      const cancel = this.#clock.after(stallMs, () =>
        settle(() => reject(new LongshoreError('DeadlineExceeded', 'the client does not read what is sent to it'))),
      );
      this.#response.once('drain', done);
      this.#response.once('close', done);
      this.#signal.addEventListener('abort', done, { once: true });
    });
  }
}
