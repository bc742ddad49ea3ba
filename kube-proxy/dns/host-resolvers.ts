import { readFile, stat } from 'node:fs/promises';
import { isIP } from 'node:net';

import { type Clock } from '../../lib/clock/clock.js';
import { type Logger } from '../../lib/log/logger.js';
import { type Upstream } from './upstream-exchange.js';

/** How often the file may have changed. */
const checkPeriodMs = 5_000;

/** The DNS servers that `text`, a resolv.conf(5), names, in its order. */
export function parseResolvConf(text: string): Upstream[] {
  return text
    .split('\n')
    .map((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1])
    .filter((address): address is string => address !== undefined && isIP(address.split('%')[0] ?? '') !== 0)
    .map((address) => ({ address, port: 53 }));
}

/** The host's own DNS servers, followed as its resolv.conf changes. */
export class HostResolvers {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  #upstreams: readonly Upstream[] = [];
  #checkedMs = -Infinity;
  #modifiedMs = -1;

  /** @param options.path default /etc/resolv.conf */
  constructor(options: { path?: string; clock: Clock; log: Logger }) {
    this.#path = options.path ?? '/etc/resolv.conf';
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** The servers now; the last known ones when the file cannot be read. */
  async list(): Promise<readonly Upstream[]> {
    const nowMs = this.#clock.monotonic();
    if (nowMs - this.#checkedMs < checkPeriodMs) return this.#upstreams;
    this.#checkedMs = nowMs;
    try {
      const { mtimeMs } = await stat(this.#path);
      if (mtimeMs !== this.#modifiedMs) {
        this.#upstreams = parseResolvConf(await readFile(this.#path, 'utf8'));
        this.#modifiedMs = mtimeMs;
        this.#log.info('DNS servers of the host', { servers: this.#upstreams.map(({ address }) => address) });
      }
    } catch (thrown) {
      this.#log.warn('the DNS servers of the host are unknown', { path: this.#path, error: thrown });
    }
    return this.#upstreams;
  }
}
