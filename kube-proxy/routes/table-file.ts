import { readFile, rm } from 'node:fs/promises';

import { Notification } from '../../lib/async/notification.js';
import { type Clock } from '../../lib/clock/clock.js';
import { writeFileAtomic } from '../../lib/files/write-file-atomic.js';
import { type Logger } from '../../lib/log/logger.js';
import { UpdateKind, WatchRoutesResponse } from '../../proto/gen/longshore/routing/v1/routing.js';
import { RouteAssembler } from './route-assembler.js';
import { type RoutingTable } from './routing-table.js';

/** Between two writes; a table that was replaced meanwhile is never written. */
const writePeriodMs = 1_000;

/**
 * The last known table on disk, as one COMPLETE message, so that a proxy which starts while
 * its control plane is away has rules and DNS at once. Replaced atomically; a file that
 * cannot be read is the same as none.
 */
export class TableFile {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  #pending: RoutingTable | undefined;
  readonly #changed = new Notification();

  constructor(options: { path: string; clock: Clock; log: Logger }) {
    this.#path = options.path;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  async load(): Promise<RoutingTable | undefined> {
    try {
      const message = WatchRoutesResponse.decode(await readFile(this.#path));
      const assembled = new RouteAssembler({ log: this.#log }).accept(message);
      return assembled.kind === 'table' ? assembled.table : undefined;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') {
        this.#log.warn('the kept routing table cannot be read, starting without it', { path: this.#path, error: thrown });
      }
      return undefined;
    }
  }

  /** Asks for `table` to be written soon. */
  keep(table: RoutingTable): void {
    this.#pending = table;
    this.#changed.notify();
  }

  /** Writes what `keep` was given, at most once a second, until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const table = this.#pending;
      if (table) {
        this.#pending = undefined;
        await this.#write(table);
        await this.#clock.sleep(writePeriodMs, signal).catch(() => undefined);
      } else {
        await this.#changed.wait(signal);
      }
    }
    if (this.#pending) await this.#write(this.#pending);
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }

  async #write(table: RoutingTable): Promise<void> {
    const message = WatchRoutesResponse.encode({
      kind: UpdateKind.UPDATE_KIND_COMPLETE,
      appliesToRevision: '',
      revision: table.revision,
      more: false,
      network: table.network,
      services: [...table.services.values()],
      removedServices: [],
      nodes: [...table.nodes.values()],
      removedNodes: [],
    }).finish();
    try {
      await writeFileAtomic(this.#path, message);
    } catch (thrown) {
      this.#log.warn('the routing table cannot be kept on disk', { path: this.#path, error: thrown });
    }
  }
}
