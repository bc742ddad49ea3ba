import { abortReason } from '../../lib/clock/clock.js';

/** Keys that changed since they were last taken, each held once: what a slow reader has missed never piles up. */
export class DirtyKeys {
  readonly #keys = new Set<string>();
  #wake: (() => void) | undefined;

  add(key: string): void {
    this.#keys.add(key);
    this.#wake?.();
  }

  /** All keys of now; waits for the first. One reader at a time. @throws the signal's reason once it aborts */
  async take(signal: AbortSignal): Promise<string[]> {
    if (signal.aborted) throw abortReason(signal);
    if (this.#keys.size === 0) {
      await new Promise<void>((resolve, reject) => {
        const onAbort = (): void => {
          this.#wake = undefined;
          reject(abortReason(signal));
        };
        this.#wake = () => {
          this.#wake = undefined;
          signal.removeEventListener('abort', onAbort);
          resolve();
        };
        signal.addEventListener('abort', onAbort, { once: true });
      });
    }
    const keys = [...this.#keys];
    this.#keys.clear();
    return keys;
  }
}
