import type { Clock } from '../../lib/clock/clock.js';

/** What a probe over the network needs beyond its action. */
export interface ProbeContext {
  /** The pod's address. */
  host: string;
  timeoutMs: number;
  clock: Clock;
}
