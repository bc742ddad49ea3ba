export interface BackoffOptions {
  /** First delay. */
  initialMs: number;
  /** Largest delay, before jitter. */
  maxMs: number;
  /** Factor from one delay to the next. Default 2. */
  factor?: number;
  /** Share of the delay that is random, 0 to 1. Default 0.2. */
  jitter?: number;
  /** Uniform in [0, 1). Default Math.random. */
  random?: () => number;
}

/** Delay in ms before the attempt that follows `failures` failures in a row (1 or more). */
export function backoffDelay(failures: number, options: BackoffOptions): number {
  const { initialMs, maxMs, factor = 2, jitter = 0.2, random = Math.random } = options;
  const base = Math.min(maxMs, initialMs * factor ** Math.max(0, failures - 1));
  return Math.round(base * (1 - jitter + jitter * random()));
}
