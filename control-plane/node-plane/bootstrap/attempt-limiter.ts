import type { Clock } from '../../../lib/clock/clock.js';

interface Bucket {
  failures: number;
  updatedMs: number;
}

/**
 * Bounds how fast tokens can be guessed: each caller may fail `burst` times, and then once
 * in `refillMs`. Success costs nothing, so that a whole rack behind one address can join.
 */
export class AttemptLimiter {
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #refillMs: number;
  readonly #maxCallers: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: { clock: Clock; burst?: number; refillMs?: number; maxCallers?: number }) {
    this.#clock = options.clock;
    this.#burst = options.burst ?? 10;
    this.#refillMs = options.refillMs ?? 2_000;
    this.#maxCallers = options.maxCallers ?? 10_000;
  }

  /** Whether `caller` may try now. */
  allows(caller: string): boolean {
    return this.#failures(caller) < this.#burst;
  }

  fail(caller: string): void {
    const failures = Math.min(this.#failures(caller) + 1, this.#burst);
    this.#buckets.delete(caller);
    this.#buckets.set(caller, { failures, updatedMs: this.#clock.monotonic() });
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= this.#maxCallers) break;
      this.#buckets.delete(oldest);
    }
  }

  #failures(caller: string): number {
    const bucket = this.#buckets.get(caller);
    if (!bucket) return 0;
    return Math.max(0, bucket.failures - (this.#clock.monotonic() - bucket.updatedMs) / this.#refillMs);
  }
}
