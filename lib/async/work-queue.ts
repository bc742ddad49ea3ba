import type { Clock } from '../clock/clock.js';
import { backoffDelay, type BackoffOptions } from './backoff.js';

/**
 * Keys to reconcile. A key is held once however often it is added; a key that is being
 * worked on is never handed out a second time, but is queued again when it was added
 * meanwhile (client-go's workqueue).
 *
 *   add -> queued -> (next) -> processing -> (done) -> idle
 *                                  | add              ^
 *                                  +--> dirty --(done)+-> queued
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #backoff: BackoffOptions;
  readonly #queued = new Set<string>();
  readonly #processing = new Set<string>();
  readonly #dirty = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, { dueMs: number; cancel: () => void }>();
  readonly #waiting: ((key: string | undefined) => void)[] = [];
  #closed = false;

  constructor(options: { clock: Clock; backoff?: BackoffOptions }) {
    this.#clock = options.clock;
    this.#backoff = options.backoff ?? { initialMs: 5, maxMs: 60_000 };
  }

  /** Keys that wait to be handed out. */
  get length(): number {
    return this.#queued.size;
  }

  add(key: string): void {
    if (this.#closed) return;
    if (this.#processing.has(key)) {
      this.#dirty.add(key);
      return;
    }
    const waiter = this.#waiting.shift();
    if (waiter) {
      this.#processing.add(key);
      waiter(key);
      return;
    }
    this.#queued.add(key);
  }

  /** Adds `key` after `ms`; of several delays of one key the earliest wins. */
  addAfter(key: string, ms: number): void {
    if (this.#closed) return;
    const dueMs = this.#clock.monotonic() + ms;
    const pending = this.#timers.get(key);
    if (pending) {
      if (pending.dueMs <= dueMs) return;
      pending.cancel();
    }
    const cancel = this.#clock.after(ms, () => {
      this.#timers.delete(key);
      this.add(key);
    });
    this.#timers.set(key, { dueMs, cancel });
  }

  /** Adds `key` after a delay that grows with its failures in a row. */
  addRateLimited(key: string): void {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    this.addAfter(key, backoffDelay(failures, this.#backoff));
  }

  /** Forgets the failures of `key`, after a success. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** The next key, or undefined once the queue is closed. Call `done` when it is worked off. */
  next(): Promise<string | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    for (const key of this.#queued) {
      this.#queued.delete(key);
      this.#processing.add(key);
      return Promise.resolve(key);
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  done(key: string): void {
    this.#processing.delete(key);
    if (this.#dirty.delete(key)) this.add(key);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    this.#queued.clear();
    for (const waiter of this.#waiting.splice(0)) waiter(undefined);
  }
}
