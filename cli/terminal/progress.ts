import { systemClock } from '../../lib/clock/clock.js';

/**
 * Steps of a long command. On a terminal the running step is one line that is rewritten;
 * elsewhere each change is a line of its own. Everything goes to standard error.
 */
export class Progress {
  readonly #out: NodeJS.WriteStream;
  readonly #startedMs = systemClock.monotonic();
  #current = '';

  constructor(out: NodeJS.WriteStream = process.stderr) {
    this.#out = out;
  }

  /** Shows what is being waited for; repeated with the same text it prints nothing. */
  update(text: string): void {
    if (text === this.#current) return;
    this.#current = text;
    this.#out.write(this.#out.isTTY ? `\r\x1b[K  ${text}` : `  ${text}\n`);
  }

  /** Ends the running step with a finished line. */
  done(text: string): void {
    const seconds = ((systemClock.monotonic() - this.#startedMs) / 1000).toFixed(1);
    this.#out.write(`${this.#out.isTTY ? '\r\x1b[K' : ''}✓ ${text} (${seconds} s)\n`);
    this.#current = '';
  }
}
