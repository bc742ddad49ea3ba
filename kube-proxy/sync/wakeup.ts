import { type Clock } from '../../lib/clock/clock.js';

/**
 * Lets a loop sleep until there is work. A wake that comes while the loop works is not lost:
 * the next wait returns at once.
 */
export class Wakeup {
  readonly #clock: Clock;
  #pending = false;
  #finish: (() => void) | undefined;

  constructor(options: { clock: Clock }) {
    this.#clock = options.clock;
  }

  wake(): void {
    this.#pending = true;
    this.#finish?.();
  }

  /**
   * Returns once woken, after `timeoutMs` if that is given, or when `signal` aborts; never throws.
   * One waiter at a time.
   */
  async wait(options: { timeoutMs?: number }, signal: AbortSignal): Promise<void> {
    if (!this.#pending && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const cancel = options.timeoutMs === undefined ? undefined : this.#clock.after(options.timeoutMs, () => this.#finish?.());
        this.#finish = () => {
          cancel?.();
          this.#finish = undefined;
          signal.removeEventListener('abort', onAbort);
          resolve();
        };
        const onAbort = (): void => this.#finish?.();
        signal.addEventListener('abort', onAbort, { once: true });
      });
    }
    this.#pending = false;
  }
}
