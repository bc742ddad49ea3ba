import { Notification } from '../../lib/async/notification.js';
import { type Clock } from '../../lib/clock/clock.js';
import { type Logger } from '../../lib/log/logger.js';
import { setNames } from './names.js';
import { type Nft } from './nft-runner.js';

/** After its proxy's death a table still takes shared traffic for this long. */
export const leaseSeconds = 6;
const renewPeriodMs = 2_000;

/**
 * Keeps a table's claim on the traffic that several proxies of one kernel could take. The
 * kernel itself lets the claim lapse when its proxy dies, and the next live table takes over.
 */
export class Lease {
  readonly #table: string;
  readonly #nft: Nft;
  readonly #onRefused: () => void;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #changed = new Notification();
  #needed = false;

  /** @param options.onRefused the kernel's table is not as it should be */
  constructor(options: { table: string; nft: Nft; onRefused: () => void; clock: Clock; log: Logger }) {
    this.#table = options.table;
    this.#nft = options.nft;
    this.#onRefused = options.onRefused;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** @throws LongshoreError when the table has no lease */
  async renew(): Promise<void> {
    await this.#nft.apply(renderLease(this.#table));
  }

  /** Gives the claim up at once, at an orderly end: the other proxies take over without a gap. */
  async release(): Promise<void> {
    await this.#nft.apply(`flush set ip ${this.#table} ${setNames.lease}\n`);
  }

  /** Whether other proxies share the kernel. */
  setNeeded(needed: boolean): void {
    const begins = needed && !this.#needed;
    this.#needed = needed;
    if (begins) this.#changed.notify();
  }

  /** Renews while needed, until `signal` aborts, then releases. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#needed) await this.#tryRenew();
      await this.#changed.waitAtMost(renewPeriodMs, this.#clock, signal);
    }
    if (!this.#needed) return;
    await this.release().catch((error: unknown) => {
      this.#log.debug('the lease was not released, it will lapse', { table: this.#table, error });
    });
  }

  async #tryRenew(): Promise<void> {
    try {
      await this.renew();
    } catch (error) {
      this.#log.warn('the lease on shared traffic was not renewed', { table: this.#table, error });
      this.#onRefused();
    }
  }
}

/** One transaction that makes the lease last `leaseSeconds` from now. */
export function renderLease(table: string): string {
  const elements = ['tcp', 'udp'].map((protocol) => `${protocol} timeout ${leaseSeconds}s`).join(', ');
  return `flush set ip ${table} ${setNames.lease}\nadd element ip ${table} ${setNames.lease} { ${elements} }\n`;
}
