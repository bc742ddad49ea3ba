import { backoffDelay } from '../../lib/async/backoff.js';
import { Notification } from '../../lib/async/notification.js';
import { type Clock } from '../../lib/clock/clock.js';
import { type Logger } from '../../lib/log/logger.js';

export interface Applied {
  revision: string;
  /** Empty when the kernel has taken the revision. */
  error: string;
  /** Nodes that the kernel takes no route to. */
  unreachableNodes: string[];
}

/** Tells the control plane what the kernel has: the newest only, until it is acknowledged. */
export class AppliedReporter {
  readonly #send: (applied: Applied, signal: AbortSignal) => Promise<void>;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #changed = new Notification();
  #pending: Applied | undefined;

  /** @param options.send one call of ReportApplied */
  constructor(options: { send: (applied: Applied, signal: AbortSignal) => Promise<void>; clock: Clock; log: Logger }) {
    this.#send = options.send;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  report(applied: Applied): void {
    this.#pending = applied;
    this.#changed.notify();
  }

  async run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      const applied = this.#pending;
      if (!applied) {
        await this.#changed.wait(signal);
        continue;
      }
      try {
        await this.#send(applied, signal);
        failures = 0;
        if (this.#pending === applied) this.#pending = undefined;
      } catch (error) {
        failures += 1;
        this.#log.debug('the applied revision was not reported', { revision: applied.revision, error });
        await this.#clock.sleep(backoffDelay(failures, { initialMs: 100, maxMs: 2_000 }), signal).catch(() => undefined);
      }
    }
  }
}
