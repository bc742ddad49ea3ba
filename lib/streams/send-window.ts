import { abortReason } from '../clock/clock.js';
import { streamWindowBytes } from './stream-window.js';

/** How much one side of a stream may still send: data takes from it, the other side's credit fills it. */
export class SendWindow {
  #left: number;
  readonly #waiting = new Set<() => void>();

  /** @param bytes what may be sent before the first credit */
  constructor(bytes = streamWindowBytes) {
    this.#left = bytes;
  }

  /**
   * Takes room for `bytes`, or for as many as there is room for; waits while there is none.
   * @returns how many, at least 1
   * @throws the signal's reason when it aborts first
   */
  async take(bytes: number, signal: AbortSignal): Promise<number> {
    while (this.#left <= 0) await this.#granted(signal);
    if (signal.aborted) throw abortReason(signal);
    const taken = Math.min(bytes, this.#left);
    this.#left -= taken;
    return taken;
  }

  grant(bytes: number): void {
    this.#left += bytes;
    for (const wake of [...this.#waiting]) wake();
  }

  #granted(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', leave);
        act();
      };
      const wake = (): void => settle(resolve);
      const leave = (): void => settle(() => reject(abortReason(signal)));
      this.#waiting.add(wake);
      signal.addEventListener('abort', leave, { once: true });
      if (signal.aborted) leave();
    });
  }
}
