import { type Logger } from '../../lib/log/logger.js';
import { UpdateKind, type WatchRoutesResponse } from '../../proto/gen/longshore/routing/v1/routing.js';
import { Admission } from './admission.js';
import { applyChange, keepIdentities, type RoutingTable } from './routing-table.js';

/** What one message of the stream amounts to. */
export type Assembled =
  | { kind: 'table'; table: RoutingTable }
  /** More messages of the same COMPLETE table follow. */
  | { kind: 'partial' }
  /** The message does not continue what was seen: open a new stream, which starts with COMPLETE. */
  | { kind: 'gap'; reason: string };

/**
 * Turns the messages of WatchRoutes into whole tables.
 *
 *   start --COMPLETE more--> collecting --COMPLETE--> chained --INCREMENTAL--> chained
 *     any --out of order--> gap (the caller starts a new stream with a new `start()`)
 */
export class RouteAssembler {
  readonly #admission: Admission;
  #table: RoutingTable | undefined;
  #collecting: RoutingTable | undefined;
  #chained = false;

  /** @param options.initial the last table of an earlier run; only its unchanged parts are reused */
  constructor(options: { initial?: RoutingTable | undefined; log: Logger }) {
    this.#admission = new Admission(options);
    this.#table = options.initial;
  }

  /** A new stream begins: the next message must be COMPLETE. */
  start(): void {
    this.#collecting = undefined;
    this.#chained = false;
  }

  accept(message: WatchRoutesResponse): Assembled {
    switch (message.kind) {
      case UpdateKind.UPDATE_KIND_COMPLETE:
        return this.#acceptComplete(message);
      case UpdateKind.UPDATE_KIND_INCREMENTAL:
        return this.#acceptIncremental(message);
      default:
        return { kind: 'gap', reason: `unknown update kind ${message.kind}` };
    }
  }

  #acceptComplete(message: WatchRoutesResponse): Assembled {
    const network = this.#collecting?.network ?? message.network;
    if (!network) return { kind: 'gap', reason: 'a COMPLETE table began without its network' };
    const base = this.#collecting ?? { revision: '', network, services: new Map(), nodes: new Map() };
    const table = applyChange(base, this.#admission.admit(message));
    if (message.more) {
      this.#collecting = table;
      return { kind: 'partial' };
    }
    this.#collecting = undefined;
    this.#chained = true;
    this.#table = keepIdentities(this.#table, table);
    return { kind: 'table', table: this.#table };
  }

  #acceptIncremental(message: WatchRoutesResponse): Assembled {
    if (!this.#chained || !this.#table || this.#collecting) {
      return { kind: 'gap', reason: 'an INCREMENTAL update came before the COMPLETE table' };
    }
    if (message.appliesToRevision !== this.#table.revision) {
      return {
        kind: 'gap',
        reason: `an update applies to revision ${message.appliesToRevision}, this proxy is at ${this.#table.revision}`,
      };
    }
    this.#table = applyChange(this.#table, this.#admission.admit(message));
    return { kind: 'table', table: this.#table };
  }
}
