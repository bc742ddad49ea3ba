import { readdir, readFile, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';

import { Notification } from '../../lib/async/notification.js';
import { type Clock } from '../../lib/clock/clock.js';
import { type Logger } from '../../lib/log/logger.js';

/** A pod whose port came after its endpoint waits at most this long. */
const ensurePeriodMs = 5_000;

/**
 * Lets the pod bridge send a frame back out of the port that it came in by. A pod that
 * reaches itself through a service needs it: with bridge-nf-call-iptables the kernel
 * translates such a packet while it is still in the bridge.
 */
export class HairpinMode {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #root: string;
  readonly #bridgeOf: (gateway: string) => string | undefined;
  readonly #changed = new Notification();
  #gateway: string | undefined;
  #problem: string | undefined;

  /**
   * @param options.root default /sys/class/net
   * @param options.bridgeOf the interface that has an address; default asks the kernel
   */
  constructor(options: { clock: Clock; log: Logger; root?: string; bridgeOf?: (gateway: string) => string | undefined }) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#root = options.root ?? '/sys/class/net';
    this.#bridgeOf = options.bridgeOf ?? interfaceWith;
  }

  /** Looks at the ports of the bridge with `gateway` soon: pods came. */
  request(gateway: string): void {
    this.#gateway = gateway;
    this.#changed.notify();
  }

  /** Ensures it at every request and periodically until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#gateway !== undefined) await this.ensure(this.#gateway);
      await this.#changed.waitAtMost(ensurePeriodMs, this.#clock, signal);
    }
  }

  /** Turns it on for every port of the bridge that has `gateway`. Idempotent; cheap when it is on. Never throws. */
  async ensure(gateway: string): Promise<void> {
    const bridge = this.#bridgeOf(gateway);
    if (bridge === undefined) return;
    const ports = join(this.#root, bridge, 'brif');
    try {
      for (const port of await readdir(ports)) await this.#ensurePort(join(ports, port, 'hairpin_mode'));
      this.#problem = undefined;
    } catch (thrown) {
      const problem = thrown instanceof Error ? thrown.message : String(thrown);
      if (problem !== this.#problem) this.#log.warn('pods may not reach themselves through a service', { bridge, problem });
      this.#problem = problem;
    }
  }

  async #ensurePort(path: string): Promise<void> {
    try {
      if ((await readFile(path, 'utf8')).trim() !== '1') await writeFile(path, '1');
    } catch (thrown) {
      // The pod went away meanwhile, and its port with it.
      if (!['ENOENT', 'ENODEV'].includes((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown;
    }
  }
}

function interfaceWith(address: string): string | undefined {
  return Object.entries(networkInterfaces()).find(([, addresses]) => addresses?.some((item) => item.address === address))?.[0];
}
