import type { Clock } from '../../lib/clock/clock.js';

interface Bucket {
  tokens: number;
  refilledMs: number;
}

/** Keys that are remembered; the one that was used longest ago is forgotten first. */
const maxKeys = 4_096;

/** A token bucket a key: `burst` at once, then one every `refillMs`. */
export class TokenBuckets {
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #refillMs: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: { clock: Clock; burst: number; refillMs: number }) {
    this.#clock = options.clock;
    this.#burst = options.burst;
    this.#refillMs = options.refillMs;
  }

  /** Takes a token; false when there is none. */
  take(key: string): boolean {
    const nowMs = this.#clock.monotonic();
    const bucket = this.#buckets.get(key) ?? { tokens: this.#burst, refilledMs: nowMs };
    const gained = Math.floor((nowMs - bucket.refilledMs) / this.#refillMs);
    bucket.tokens = Math.min(this.#burst, bucket.tokens + gained);
    bucket.refilledMs += gained * this.#refillMs;
    // Delete first: a map keeps the order of insertion.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > maxKeys) {
      const [oldest = ''] = this.#buckets.keys();
      this.#buckets.delete(oldest);
    }
    if (bucket.tokens === 0) return false;
    bucket.tokens -= 1;
    return true;
  }
}
