import { type ClientReadableStream } from '@grpc/grpc-js';

import { backoffDelay } from '../../lib/async/backoff.js';
import { linkedController } from '../../lib/async/signals.js';
import { type Clock } from '../../lib/clock/clock.js';
import { type ErrorCode, LongshoreError } from '../../lib/errors/errors.js';
import { readStream } from '../../lib/grpc/client.js';
import { type Logger } from '../../lib/log/logger.js';
import { type WatchRoutesRequest, type WatchRoutesResponse } from '../../proto/gen/longshore/routing/v1/routing.js';
import { type RouteAssembler } from '../routes/route-assembler.js';
import { type RoutingTable } from '../routes/routing-table.js';

/** The part of RoutingServiceClient that is used. */
export interface RouteWatcher {
  watchRoutes(request: WatchRoutesRequest): ClientReadableStream<WatchRoutesResponse>;
}

/**
 * Follows the routing table of the control plane for ever.
 *
 *   connecting --COMPLETE--> following --INCREMENTAL--> following
 *       ^------ error, end, gap: wait at most 2 s ------|
 *
 * While the control plane is away nothing is handed on: the last table stays in force.
 */
export class RouteSession {
  readonly #client: RouteWatcher;
  readonly #nodeName: string;
  readonly #assembler: RouteAssembler;
  readonly #onTable: (table: RoutingTable) => void;
  readonly #clock: Clock;
  readonly #log: Logger;
  #connected = false;
  /** Why routes are not followed, as it was logged; undefined while they are. */
  #logged: ErrorCode | undefined;

  constructor(options: {
    client: RouteWatcher;
    nodeName: string;
    assembler: RouteAssembler;
    onTable: (table: RoutingTable) => void;
    clock: Clock;
    log: Logger;
  }) {
    this.#client = options.client;
    this.#nodeName = options.nodeName;
    this.#assembler = options.assembler;
    this.#onTable = options.onTable;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** Whether a whole table has come over the present stream. */
  get connected(): boolean {
    return this.#connected;
  }

  /** @throws LongshoreError PermissionDenied when this proxy's certificate is not for its node */
  async run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      const problem = await this.#follow(signal).catch((thrown: unknown) => LongshoreError.from(thrown));
      if (signal.aborted) return;
      if (problem.code === 'PermissionDenied') throw problem;
      failures = this.#connected ? 1 : failures + 1;
      this.#connected = false;
      const waitMs = backoffDelay(failures, { initialMs: 100, maxMs: 2_000 });
      this.#logProblem(problem, { failures, waitMs });
      await this.#clock.sleep(waitMs, signal).catch(() => undefined);
    }
  }

  /** @returns why the stream ended */
  async #follow(signal: AbortSignal): Promise<LongshoreError> {
    using stream = linkedController(signal);
    this.#assembler.start();
    for await (const message of readStream(this.#client.watchRoutes({ nodeName: this.#nodeName }), stream.signal)) {
      const assembled = this.#assembler.accept(message);
      if (assembled.kind === 'gap') return new LongshoreError('Conflict', assembled.reason);
      if (assembled.kind === 'partial') continue;
      if (!this.#connected) this.#log.info('following routes', { revision: assembled.table.revision });
      this.#connected = true;
      this.#logged = undefined;
      this.#onTable(assembled.table);
    }
    return new LongshoreError('Unavailable', 'the control plane ended the stream');
  }

  /** One line for each kind of problem: control planes restart, and nodes register after their proxies start. */
  #logProblem(problem: LongshoreError, fields: Record<string, unknown>): void {
    if (problem.code === this.#logged) this.#log.debug('routes are still not followed', { ...fields, error: problem });
    else if (problem.code === 'NotFound') this.#log.info('waiting for the node to register');
    else this.#log.warn('routes are not followed, connecting again', { code: problem.code, problem: problem.message });
    this.#logged = problem.code;
  }
}
