import { linkedSignal } from '../../../lib/async/signals.js';
import type { Clock } from '../../../lib/clock/clock.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import { type CallContext, serverStream, unary } from '../../../lib/grpc/server-calls.js';
import type { Logger } from '../../../lib/log/logger.js';
import type {
  ReportAppliedRequest,
  ReportAppliedResponse,
  RoutingServiceServer,
  WatchRoutesRequest,
  WatchRoutesResponse,
} from '../../../proto/gen/longshore/routing/v1/routing.js';
import { requireAgent } from '../access.js';
import type { ClusterSettings } from '../cluster-settings.js';
import type { NodePlaneInformers } from '../informers.js';
import { watchRoutes } from './route-stream.js';
import type { RoutingTable } from './routing-table.js';

/** What a kube-proxy said last of its kernel rules. */
export interface AppliedRoutes {
  revision: string;
  /** Empty when the kernel took them. */
  error: string;
  atMs: number;
}

/** routing.v1.RoutingService. */
export class RoutingService {
  readonly #table: RoutingTable;
  readonly #informers: NodePlaneInformers;
  readonly #settings: ClusterSettings;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #shutdown: AbortSignal;
  readonly #streams = new Map<string, AbortController>();
  readonly #applied = new Map<string, AppliedRoutes>();

  constructor(options: {
    table: RoutingTable;
    informers: NodePlaneInformers;
    settings: ClusterSettings;
    clock: Clock;
    log: Logger;
    shutdown: AbortSignal;
  }) {
    this.#table = options.table;
    this.#informers = options.informers;
    this.#settings = options.settings;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#shutdown = options.shutdown;
  }

  implementation(): RoutingServiceServer {
    return {
      watchRoutes: serverStream((request, context) => this.#watchRoutes(request, context), this.#log),
      reportApplied: unary((request, context) => this.#reportApplied(request, context), this.#log),
    };
  }

  /** What each connected kube-proxy applied last, by node. */
  get applied(): ReadonlyMap<string, AppliedRoutes> {
    return this.#applied;
  }

  async *#watchRoutes(request: WatchRoutesRequest, context: CallContext): AsyncGenerator<WatchRoutesResponse, void, undefined> {
    const { nodeName } = requireAgent(context, ['kube-proxy'], request.nodeName);
    const { nodes, services, endpointSlices } = this.#informers;
    await Promise.all([nodes, services, endpointSlices].map((informer) => informer.synced(context.signal)));
    if (!nodes.get('', nodeName)) {
      throw new LongshoreError('NotFound', `node ${nodeName} has not registered yet: its kubelet agent makes it`);
    }
    const own = new AbortController();
    this.#streams.get(nodeName)?.abort(new LongshoreError('Conflict', 'a newer stream of the same node replaced this one'));
    this.#streams.set(nodeName, own);
    using until = linkedSignal(context.signal, own.signal, this.#shutdown);
    this.#log.info('kube-proxy connected', { node: nodeName, peer: context.peer });
    try {
      yield* watchRoutes({ table: this.#table, settings: this.#settings, clock: this.#clock, signal: until.signal });
    } finally {
      if (this.#streams.get(nodeName) === own) {
        this.#streams.delete(nodeName);
        this.#applied.delete(nodeName);
        this.#log.info('kube-proxy disconnected', { node: nodeName });
      }
    }
  }

  async #reportApplied(request: ReportAppliedRequest, context: CallContext): Promise<ReportAppliedResponse> {
    const { nodeName } = requireAgent(context, ['kube-proxy'], request.nodeName);
    const { revision, error } = request;
    if (error) this.#log.warn('a kernel refused its routes, the former ones stand', { node: nodeName, revision, error });
    this.#applied.set(nodeName, { revision, error, atMs: this.#clock.now() });
    return {};
  }
}
