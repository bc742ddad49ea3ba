import { systemClock } from '../../lib/clock/clock.js';
import { colorsFor } from './colors.js';
import { statusLine } from './status-line.js';

/**
 * Steps of a long command. On a terminal the running step is one line that is rewritten, with
 * a sign that turns; elsewhere each change is a line of its own. Everything goes to standard error.
 */
export class Progress {
  readonly #out = process.stderr;
  readonly #startedMs = systemClock.monotonic();
  #current = '';

  /** Shows what is being waited for; repeated with the same text it prints nothing. */
  update(text: string): void {
    if (text === this.#current) return;
    this.#current = text;
    if (this.#out.isTTY) statusLine.show(text);
    else this.#out.write(`  ${text}\n`);
  }

  /** Ends the running step with a finished line. */
  done(text: string): void {
    const seconds = ((systemClock.monotonic() - this.#startedMs) / 1000).toFixed(1);
    const colors = colorsFor(this.#out);
    statusLine.clear();
    this.#out.write(`${colors.green('✓')} ${text} ${colors.dim(`(${seconds} s)`)}\n`);
    this.#current = '';
  }

  /** Ends the running step without a line of its own. */
  clear(): void {
    statusLine.clear();
    this.#current = '';
  }
}
