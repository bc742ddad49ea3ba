import type { Clock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { CertificateSource } from '../../lib/grpc/certificate-source.js';
import { accessInterceptor } from '../../lib/grpc/server-access.js';
import { type GrpcServer, startGrpcServer } from '../../lib/grpc/server.js';
import type { Logger } from '../../lib/log/logger.js';
import { BootstrapServiceService } from '../../proto/gen/longshore/bootstrap/v1/bootstrap.js';
import { NodeServiceService } from '../../proto/gen/longshore/node/v1/node.js';
import { RoutingServiceService } from '../../proto/gen/longshore/routing/v1/routing.js';
import { StreamServiceService } from '../../proto/gen/longshore/streams/v1/streams.js';
import type { CertificateAuthority } from '../pki/certificate-authority.js';
import type { ServiceAccountTokens } from '../pki/service-account-tokens.js';
import type { ServingCertificate } from '../pki/serving-certificate.js';
import type { Resources } from '../resources/resources.js';
import { nodePlaneAccess } from './access.js';
import { AgentCertificates } from './agent-certificates.js';
import { AssignmentFeeds } from './assignments/assignment-feeds.js';
import { AssignmentSource } from './assignments/assignment-source.js';
import { AttemptLimiter } from './bootstrap/attempt-limiter.js';
import { BootstrapService } from './bootstrap/bootstrap-service.js';
import { JoinTokens } from './bootstrap/join-tokens.js';
import { NodeHolder } from './bootstrap/node-holder.js';
import type { ClusterSettings } from './cluster-settings.js';
import { allSynced, type NodePlaneClients, nodePlaneClients, type NodePlaneInformers, nodePlaneInformers } from './informers.js';
import { NetworkFaults } from './network-faults/network-faults.js';
import { AgentEvents, type EventPort } from './node/agent-events.js';
import { NodeLeases } from './node/node-leases.js';
import { NodeRegistry } from './node/node-registry.js';
import { NodeService } from './node/node-service.js';
import { PodTokens } from './node/pod-tokens.js';
import { Sessions } from './node/sessions.js';
import { addReflection, Health } from './health-and-reflection.js';
import { ProxyStreams, type ProxyStatus } from './routing/proxy-streams.js';
import { RoutingService } from './routing/routing-service.js';
import { RoutingTable } from './routing/routing-table.js';
import { StatusWriter } from './status/status-writer.js';
import { AgentStreams } from './streams/agent-streams.js';
import { PodLogs } from './streams/pod-logs.js';
import { PodStreams } from './streams/pod-streams.js';
import { StreamService } from './streams/stream-service.js';

export interface NodePlaneOptions {
  resources: Resources;
  recorder: EventPort;
  settings: ClusterSettings;
  authority: CertificateAuthority;
  certificate: ServingCertificate;
  tokens: ServiceAccountTokens;
  /** Addresses to listen on, all at `port`; port 0 picks a free one. */
  hosts: readonly string[];
  port: number;
  /** Default 30 days. */
  agentCertificateLifetimeMs?: number;
  clock: Clock;
  log: Logger;
}

export interface NodePlaneStatus {
  /** Kubelet agents that are registered with this process. */
  sessions: number;
  /** Rows of the routing table. */
  services: number;
  nodes: number;
  proxies: readonly ProxyStatus[];
}

/** How long calls under way may take at the end. */
const drainMs = 2_000;

/** The gRPC side of the control plane: bootstrap, node, streams and routing on one port. */
export class NodePlane {
  /** Logs of containers, for the API. */
  readonly logs: PodLogs;
  /** Processes and ports of pods, for the API. */
  readonly podStreams: PodStreams;
  readonly #options: NodePlaneOptions;
  readonly #informers: NodePlaneInformers;
  readonly #clients: NodePlaneClients;
  readonly #sessions: Sessions;
  readonly #streams: AgentStreams;
  readonly #proxies: ProxyStreams;
  readonly #networkFaults: NetworkFaults;
  readonly #routing: RoutingService;
  readonly #table: RoutingTable;
  readonly #shutdown = new AbortController();
  readonly #health = new Health();
  #server: GrpcServer | undefined;

  constructor(options: NodePlaneOptions) {
    const { resources, settings, clock, log } = options;
    this.#options = options;
    this.#informers = nodePlaneInformers(resources);
    this.#clients = nodePlaneClients(resources);
    this.#sessions = new Sessions({ log });
    this.#streams = new AgentStreams({ clock });
    this.logs = new PodLogs({ streams: this.#streams });
    this.podStreams = new PodStreams({ streams: this.#streams, clock });
    this.#table = new RoutingTable({ informers: this.#informers });
    this.#proxies = new ProxyStreams({ log, onChange: () => this.#networkFaults.notify() });
    this.#networkFaults = new NetworkFaults({
      nodes: this.#clients.nodes,
      informer: this.#informers.nodes,
      reports: () => this.#proxies.reports(),
      clock,
      log,
    });
    this.#routing = new RoutingService({
      streams: this.#proxies,
      table: this.#table,
      informers: this.#informers,
      settings,
      clock,
      log,
      shutdown: this.#shutdown.signal,
    });
  }

  /** @throws when it is not started */
  get port(): number {
    if (!this.#server) throw new Error('the node plane is not started');
    return this.#server.port;
  }

  /** For metrics: how much there is, and how far each connected kube-proxy follows. */
  get status(): NodePlaneStatus {
    return { sessions: this.#sessions.names().length, ...this.#table.size, proxies: this.#proxies.status() };
  }

  /** Listens. @throws LongshoreError FailedPrecondition when an address cannot be bound */
  async start(): Promise<void> {
    const { certificate, clock, hosts, port, log } = this.#options;
    const certificates = new CertificateSource(await certificate.ensure());
    certificate.onChange((material) => {
      certificates.update(material);
    });
    const node = this.#nodeService();
    this.#server = await startGrpcServer({
      hosts,
      port,
      certificates,
      interceptors: [accessInterceptor(nodePlaneAccess(clock))],
      clock,
      register: (server) => {
        server.addService(BootstrapServiceService, this.#bootstrapService().implementation());
        server.addService(NodeServiceService, node.implementation());
        server.addService(StreamServiceService, this.#streamService().implementation());
        server.addService(RoutingServiceService, this.#routing.implementation());
        this.#health.addTo(server);
        addReflection(server);
      },
    });
    log.info('node plane listens', { hosts, port: this.#server.port });
  }

  /** Resolves once the caches that agents are served from are filled; health says SERVING from then on. */
  async synced(signal: AbortSignal): Promise<void> {
    await allSynced(this.#informers, signal);
    this.#health.setServing(true);
  }

  /** Marks nodes by their network, until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await allSynced(this.#informers, signal);
    await this.#networkFaults.run(signal);
  }

  /** Ends every stream, so that agents connect elsewhere or again, and stops listening. */
  async stop(): Promise<void> {
    this.#health.setServing(false);
    this.#shutdown.abort(new LongshoreError('Unavailable', 'the control plane is shutting down'));
    await this.#server?.stop(drainMs);
  }

  #bootstrapService(): BootstrapService {
    const { clock, log } = this.#options;
    return new BootstrapService({
      tokens: new JoinTokens({ secrets: this.#clients.secrets, clock }),
      holder: new NodeHolder({ nodes: this.#clients.nodes, leases: this.#clients.leases, proxies: this.#proxies, clock }),
      certificates: this.#agentCertificates(),
      limiter: new AttemptLimiter({ clock }),
      log,
    });
  }

  #nodeService(): NodeService {
    const { settings, authority, tokens, recorder, clock, log } = this.#options;
    const informers = this.#informers;
    const clients = this.#clients;
    const assignments = new AssignmentSource({ informers, clients, clusterCa: authority.certificatePem });
    const statuses = new StatusWriter({ pods: clients.pods, log });
    informers.pods.onChange((current, previous) => {
      const gone = previous?.metadata.uid;
      if (gone === undefined || gone === current?.metadata.uid) return;
      assignments.forget(gone);
      statuses.forget(gone);
    });
    this.#endWithNodes();
    return new NodeService({
      settings,
      sessions: this.#sessions,
      registry: new NodeRegistry({ nodes: clients.nodes, informer: informers.nodes, settings, clock, log }),
      leases: new NodeLeases({ leases: clients.leases, clock, durationSeconds: settings.leaseDurationSeconds }),
      informers,
      assignments,
      feeds: new AssignmentFeeds({ informers }),
      statuses,
      events: new AgentEvents({ informers, recorder }),
      recorder,
      podTokens: new PodTokens({ informers, clients, tokens }),
      certificates: this.#agentCertificates(),
      log,
      shutdown: this.#shutdown.signal,
    });
  }

  /** With a Node its agents' sessions and streams end; they go on once it has registered again. */
  #endWithNodes(): void {
    this.#informers.nodes.onChange((current, previous) => {
      if (!previous || current?.metadata.uid === previous.metadata.uid) return;
      const { name, uid } = previous.metadata;
      if (this.#sessions.of(name)?.nodeUid === uid) this.#sessions.end(name);
      if (!current) this.#proxies.end(name, new LongshoreError('NotFound', `node ${name} was deleted`));
    });
  }

  #streamService(): StreamService {
    return new StreamService({
      streams: this.#streams,
      sessions: this.#sessions,
      log: this.#options.log,
      shutdown: this.#shutdown.signal,
    });
  }

  #agentCertificates(): AgentCertificates {
    const { authority, agentCertificateLifetimeMs: lifetimeMs } = this.#options;
    return new AgentCertificates({ authority, ...(lifetimeMs !== undefined && { lifetimeMs }) });
  }
}
