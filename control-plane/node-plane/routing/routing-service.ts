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
import { keyHashOf, requireAgent } from '../access.js';
import type { ClusterSettings } from '../cluster-settings.js';
import type { NodePlaneInformers } from '../informers.js';
import type { ProxyStreams } from './proxy-streams.js';
import { watchRoutes } from './route-stream.js';
import type { RoutingTable } from './routing-table.js';

/** routing.v1.RoutingService. */
export class RoutingService {
  readonly #table: RoutingTable;
  readonly #informers: NodePlaneInformers;
  readonly #settings: ClusterSettings;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #shutdown: AbortSignal;
  readonly #streams: ProxyStreams;

  constructor(options: {
    streams: ProxyStreams;
    table: RoutingTable;
    informers: NodePlaneInformers;
    settings: ClusterSettings;
    clock: Clock;
    log: Logger;
    shutdown: AbortSignal;
  }) {
    this.#streams = options.streams;
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

  async *#watchRoutes(request: WatchRoutesRequest, context: CallContext): AsyncGenerator<WatchRoutesResponse, void, undefined> {
    const { nodeName } = requireAgent(context, ['kube-proxy'], request.nodeName);
    const { nodes, services, endpointSlices } = this.#informers;
    await Promise.all([nodes, services, endpointSlices].map((informer) => informer.synced(context.signal)));
    if (!nodes.get('', nodeName)) {
      throw new LongshoreError('NotFound', `node ${nodeName} has not registered yet: its kubelet agent makes it`);
    }
    using own = this.#streams.open(nodeName, keyHashOf(context), context.peer.replace(/:\d+$/, ''));
    using until = linkedSignal(context.signal, own.signal, this.#shutdown);
    this.#log.info('kube-proxy connected', { node: nodeName, peer: context.peer });
    const routes = watchRoutes({ table: this.#table, settings: this.#settings, clock: this.#clock, signal: until.signal });
    for await (const message of routes) {
      own.sent(message.revision);
      yield message;
    }
  }

  async #reportApplied(request: ReportAppliedRequest, context: CallContext): Promise<ReportAppliedResponse> {
    const { nodeName } = requireAgent(context, ['kube-proxy'], request.nodeName);
    const { revision, error, unreachableNodes } = request;
    if (error) this.#log.warn('a kernel refused its routes, the former ones stand', { node: nodeName, revision, error });
    this.#streams.report(nodeName, { revision, refused: error !== '', unreachableNodes });
    return {};
  }
}
