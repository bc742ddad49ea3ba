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
  async wait(signal: AbortSignal): Promise<void> {
    if (!this.#pending && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          signal.removeEventListener('abort', done);
          this.#wake = undefined;
          resolve();
        };
        this.#wake = done;
        signal.addEventListener('abort', done, { once: true });
      });
    }
    this.#pending = false;
  }
}
