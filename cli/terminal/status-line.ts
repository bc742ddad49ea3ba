import { systemClock, type Clock } from '../../lib/clock/clock.js';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 80;

/** The last line of a terminal, rewritten in place, with a sign that turns while work goes on. */
export class StatusLine {
  readonly #out: NodeJS.WriteStream;
  readonly #clock: Clock;
  #text = '';
  #frame = 0;
  #cancel: (() => void) | undefined;

  constructor(out: NodeJS.WriteStream, clock: Clock = systemClock) {
    this.#out = out;
    this.#clock = clock;
  }

  show(text: string): void {
    this.#text = text;
    if (!this.#cancel) this.#turn();
    else this.#draw();
  }

  /** Removes the line; what is written next begins at its start. */
  clear(): void {
    if (!this.#cancel) return;
    this.#cancel();
    this.#cancel = undefined;
    this.#out.write('\r\x1b[K');
  }

  #turn(): void {
    this.#draw();
    this.#frame = (this.#frame + 1) % frames.length;
    this.#cancel = this.#clock.after(frameMs, () => this.#turn());
  }

  #draw(): void {
    const width = (this.#out.columns || 80) - 3;
    const text = this.#text.length > width ? `${this.#text.slice(0, width - 1)}…` : this.#text;
    this.#out.write(`\r\x1b[K${frames[this.#frame] ?? ''} ${text}`);
  }
}

/** The line of the terminal that this process writes its progress on; there is but one. */
export const statusLine = new StatusLine(process.stderr);
