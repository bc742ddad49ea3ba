import type { Semaphore } from '../../lib/async/semaphore.js';

/**
 * One worker's place among the few pods that start side by side. It is asked for in the
 * background, so that a worker that has to wait still reports and stops what must stop,
 * and kept from the sandbox to the last container, so that pods are finished one by one.
 */
export class StartSlot {
  readonly #semaphore: Semaphore;
  readonly #signal: AbortSignal;
  #release: (() => void) | undefined;
  #request: AbortController | undefined;

  constructor(semaphore: Semaphore, signal: AbortSignal) {
    this.#semaphore = semaphore;
    this.#signal = signal;
  }

  /** Whether the worker may start something now; otherwise `onFree` is called once it may. */
  take(onFree: () => void): boolean {
    if (this.#release) return true;
    if (this.#request) return false;
    const request = new AbortController();
    this.#request = request;
    const onAbort = (): void => request.abort();
    this.#signal.addEventListener('abort', onAbort, { once: true });
    this.#semaphore.acquire(request.signal).then(
      (release) => {
        this.#signal.removeEventListener('abort', onAbort);
        if (this.#request !== request) {
          release();
          return;
        }
        this.#request = undefined;
        this.#release = release;
        onFree();
      },
      // The only failure is our own abort.
      () => this.#signal.removeEventListener('abort', onAbort),
    );
    return false;
  }

  give(): void {
    this.#request?.abort();
    this.#request = undefined;
    this.#release?.();
    this.#release = undefined;
  }
}
