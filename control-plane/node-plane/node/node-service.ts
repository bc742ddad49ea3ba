import { linkedSignal } from '../../../lib/async/signals.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import { type CallContext, serverStream, unary } from '../../../lib/grpc/server-calls.js';
import type { Node } from '../../../lib/kubernetes/types/core-v1.js';
import type { Logger } from '../../../lib/log/logger.js';
import { longshoreVersion } from '../../../lib/version/longshore-version.js';
import type {
  CreateServiceAccountTokenRequest,
  CreateServiceAccountTokenResponse,
  HeartbeatRequest,
  HeartbeatResponse,
  NodeServiceServer,
  RecordEventsRequest,
  RecordEventsResponse,
  RegisterRequest,
  RegisterResponse,
  RenewCertificateRequest,
  RenewCertificateResponse,
  ReportPodStatusRequest,
  ReportPodStatusResponse,
  WatchAssignmentsRequest,
  WatchAssignmentsResponse,
} from '../../../proto/gen/longshore/node/v1/node.js';
import { keyHashOf, requireAgent } from '../access.js';
import type { AgentCertificates } from '../agent-certificates.js';
import type { AssignmentFeeds } from '../assignments/assignment-feeds.js';
import type { AssignmentSource } from '../assignments/assignment-source.js';
import { watchAssignments } from '../assignments/assignment-stream.js';
import type { ClusterSettings } from '../cluster-settings.js';
import type { NodePlaneInformers } from '../informers.js';
import type { StatusWriter } from '../status/status-writer.js';
import type { AgentEvents, EventPort } from './agent-events.js';
import type { NodeLeases } from './node-leases.js';
import type { NodeRegistry } from './node-registry.js';
import type { PodTokens } from './pod-tokens.js';
import type { Session, Sessions } from './sessions.js';
import { versionSkew } from './version-skew.js';

export interface NodeServiceOptions {
  settings: ClusterSettings;
  sessions: Sessions;
  registry: NodeRegistry;
  leases: NodeLeases;
  informers: NodePlaneInformers;
  assignments: AssignmentSource;
  feeds: AssignmentFeeds;
  statuses: StatusWriter;
  events: AgentEvents;
  recorder: EventPort;
  podTokens: PodTokens;
  certificates: AgentCertificates;
  log: Logger;
  shutdown: AbortSignal;
}

/** node.v1.NodeService: who may call what; the work is done by the parts it is given. */
export class NodeService {
  readonly #options: NodeServiceOptions;

  constructor(options: NodeServiceOptions) {
    this.#options = options;
  }

  implementation(): NodeServiceServer {
    const { log } = this.#options;
    return {
      register: unary((request, context) => this.#register(request, context), log),
      heartbeat: unary((request, context) => this.#heartbeat(request, context), log),
      watchAssignments: serverStream((request, context) => this.#watchAssignments(request, context), log),
      reportPodStatus: unary((request, context) => this.#reportPodStatus(request, context), log),
      recordEvents: unary((request, context) => this.#recordEvents(request, context), log),
      createServiceAccountToken: unary((request, context) => this.#createToken(request, context), log),
      renewCertificate: unary((request, context) => this.#renewCertificate(request, context), log),
    };
  }

  async #register(request: RegisterRequest, context: CallContext): Promise<RegisterResponse> {
    const { registry, leases, sessions, settings } = this.#options;
    const { nodeName } = requireAgent(context, ['kubelet'], request.nodeName);
    if (!request.status) throw new LongshoreError('InvalidArgument', "the node's status is missing");
    const node = await registry.register(request, keyHashOf(context));
    const identity = { name: nodeName, uid: node.metadata.uid ?? '' };
    await leases.renew(identity);
    const session = sessions.open(identity, request.instanceId);
    session.reported = request.status;
    this.#warnOfSkew(node, request.status.info?.kubeletVersion ?? '');
    return {
      sessionId: session.id,
      podCidr: node.spec?.podCIDR ?? '',
      clusterCidr: settings.clusterCidr,
      serviceCidr: settings.serviceCidr,
      clusterDns: settings.clusterDns,
      clusterDomain: settings.clusterDomain,
      heartbeatPeriodMs: settings.heartbeatPeriodMs,
      clusterId: settings.clusterId,
    };
  }

  /** A node of another version is served all the same; whoever looks at it is told. */
  #warnOfSkew(node: Node, version: string): void {
    const problem = versionSkew(longshoreVersion(), version);
    if (problem === undefined) return;
    this.#options.log.warn('node of another version', { node: node.metadata.name, problem });
    this.#options.recorder.record({
      object: node,
      type: 'Warning',
      reason: 'VersionSkew',
      message: problem,
      component: 'node-plane',
      host: node.metadata.name,
    });
  }

  /**
   * The status is compared with the stored one on every heartbeat, sent again or not: the
   * node-lifecycle controller may have changed a condition meanwhile.
   */
  async #heartbeat(request: HeartbeatRequest, context: CallContext): Promise<HeartbeatResponse> {
    const { registry, leases, settings } = this.#options;
    const session = this.#session(request.sessionId, context);
    if (request.status) session.reported = request.status;
    await Promise.all([
      leases.renew({ name: session.nodeName, uid: session.nodeUid }),
      session.reported ? registry.updateStatus(session.nodeName, session.reported) : undefined,
    ]);
    return { nextPeriodMs: settings.heartbeatPeriodMs };
  }

  async *#watchAssignments(
    request: WatchAssignmentsRequest,
    context: CallContext,
  ): AsyncGenerator<WatchAssignmentsResponse, void, undefined> {
    const { informers, assignments, feeds, shutdown } = this.#options;
    const session = this.#session(request.sessionId, context);
    using until = linkedSignal(context.signal, session.signal, shutdown);
    yield* watchAssignments({ nodeName: session.nodeName, informers, source: assignments, feeds, signal: until.signal });
  }

  async #reportPodStatus(request: ReportPodStatusRequest, context: CallContext): Promise<ReportPodStatusResponse> {
    const { nodeName } = this.#session(request.sessionId, context);
    return { acknowledgedPodUids: await this.#options.statuses.write(nodeName, request.reports) };
  }

  async #recordEvents(request: RecordEventsRequest, context: CallContext): Promise<RecordEventsResponse> {
    this.#options.events.record(this.#session(request.sessionId, context), request.events);
    return {};
  }

  async #createToken(
    request: CreateServiceAccountTokenRequest,
    context: CallContext,
  ): Promise<CreateServiceAccountTokenResponse> {
    const { token, expiresAtMs } = await this.#options.podTokens.create(this.#session(request.sessionId, context), request);
    return { token, expiresAt: new Date(expiresAtMs) };
  }

  async #renewCertificate(request: RenewCertificateRequest, context: CallContext): Promise<RenewCertificateResponse> {
    const agent = requireAgent(context, ['kubelet', 'kube-proxy']);
    await this.#options.registry.require(agent.nodeName);
    const issued = await this.#options.certificates.issue(agent, request.certificateSigningRequest);
    this.#options.log.info('agent certificate renewed', { node: agent.nodeName, role: agent.role });
    return { certificate: issued.der, expiresAt: new Date(issued.expiresAtMs) };
  }

  #session(sessionId: string, context: CallContext): Session {
    return this.#options.sessions.require(sessionId, requireAgent(context, ['kubelet']).nodeName);
  }
}
