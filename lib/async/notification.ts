import type { Clock } from '../clock/clock.js';

/**
 * Wakes one waiting loop. A notification that nobody waits for is kept, any number of
 * them as one, so a loop that looks at its work, then waits, misses nothing.
 */
export class Notification {
  #pending = false;
  #wake: (() => void) | undefined;

  notify(): void {
    this.#pending = true;
    this.#wake?.();
  }

  /** Resolves at the next notification, at once when one is pending, and when `signal` aborts. */
  wait(signal: AbortSignal): Promise<void> {
    return this.#wait(() => undefined, signal);
  }

  /** The same, but after `timeoutMs` at the latest. */
  waitAtMost(timeoutMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
    return this.#wait((done) => clock.after(timeoutMs, done), signal);
  }

  /** @param limit may end the wait by calling `done`; returns what takes that back */
  async #wait(limit: (done: () => void) => (() => void) | undefined, signal: AbortSignal): Promise<void> {
    if (!this.#pending && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          cancel?.();
          signal.removeEventListener('abort', done);
          this.#wake = undefined;
          resolve();
        };
        this.#wake = done;
        signal.addEventListener('abort', done, { once: true });
        const cancel = limit(done);
      });
    }
    this.#pending = false;
  }
}
