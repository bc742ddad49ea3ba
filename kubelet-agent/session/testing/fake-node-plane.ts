import { systemClock } from '../../../lib/clock/clock.js';
import {
  credentials,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  status,
} from '@grpc/grpc-js';

import {
  NodeServiceClient,
  NodeServiceService,
  type NodeServiceServer,
  type NodeStatus,
  type RecordedEvent,
  type RegisterRequest,
  UpdateKind,
  type WatchAssignmentsRequest,
  type WatchAssignmentsResponse,
} from '../../../proto/gen/longshore/node/v1/node.js';
import type { PodAssignment } from '../../../proto/gen/longshore/node/v1/pod.js';
import type { PodStatusReport } from '../../../proto/gen/longshore/node/v1/pod_status.js';
import {
  type AttachRequest,
  type AttachResponse,
  type ListenRequest,
  type ListenResponse,
  StreamServiceClient,
  StreamServiceService,
  type StreamServiceServer,
} from '../../../proto/gen/longshore/streams/v1/streams.js';

type Watcher = ServerWritableStream<WatchAssignmentsRequest, WatchAssignmentsResponse>;

/** The node plane of one node, over real gRPC on the loopback address, without certificates. */
export class FakeNodePlane {
  readonly registrations: RegisterRequest[] = [];
  readonly reports: PodStatusReport[] = [];
  readonly events: RecordedEvent[] = [];
  heartbeats = 0;
  newestStatus: NodeStatus | undefined;
  clusterId = 'test';
  podCidr = '10.244.1.0/24';
  readonly #assigned = new Map<string, PodAssignment>();
  readonly #watchers = new Set<Watcher>();
  readonly #listeners = new Set<ServerWritableStream<ListenRequest, ListenResponse>>();
  readonly #attached = new Map<string, (call: ServerDuplexStream<AttachRequest, AttachResponse>) => void>();
  #server: Server | undefined;
  #port = 0;
  #session = '';
  #sessions = 0;
  #revision = 0;

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  clients(): { node: NodeServiceClient; streams: StreamServiceClient } {
    const options = { 'grpc.initial_reconnect_backoff_ms': 50, 'grpc.max_reconnect_backoff_ms': 200 };
    const insecure = credentials.createInsecure();
    return {
      node: new NodeServiceClient(this.address, insecure, options),
      streams: new StreamServiceClient(this.address, insecure, options),
    };
  }

  /** Serves, after a `stop` on the same port; what was assigned stays, sessions do not. */
  async start(): Promise<this> {
    const server = new Server();
    server.addService(NodeServiceService, this.#nodeService());
    server.addService(StreamServiceService, this.#streamService());
    this.#port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(this.address, ServerCredentials.createInsecure(), (error, port) => {
        if (error) reject(error);
        else resolve(port);
      });
    });
    this.#server = server;
    return this;
  }

  stop(): void {
    this.#session = '';
    this.#server?.forceShutdown();
    this.#watchers.clear();
    this.#listeners.clear();
  }

  /** Another agent registered under this name. */
  fence(): void {
    this.#session = '';
    for (const call of [...this.#watchers, ...this.#listeners]) call.emit('error', fenced);
  }

  assign(assignment: PodAssignment): void {
    this.#assigned.set(assignment.pod?.uid ?? '', assignment);
    this.#broadcast({ assigned: [assignment] });
  }

  remove(uid: string): void {
    this.#assigned.delete(uid);
    this.#broadcast({ removedPodUids: [uid] });
  }

  /** A change of which the agent never hears. */
  skipRevision(): void {
    this.#revision += 1;
  }

  last(name: string): PodStatusReport | undefined {
    return this.reports.findLast((report) => report.name === name);
  }

  isReady(name: string): boolean {
    return this.last(name)?.status?.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
  }

  /** Asks the agent for something; resolves with all output, rejects with the agent's error. */
  async ask(request: Omit<ListenResponse, 'streamId'>): Promise<string> {
    const streamId = `stream-${this.#attached.size}`;
    const call = await new Promise<ServerDuplexStream<AttachRequest, AttachResponse>>((resolve) => {
      this.#attached.set(streamId, resolve);
      for (const listener of this.#listeners) listener.write({ ...request, streamId });
    });
    let output = '';
    for await (const { message } of call as AsyncIterable<AttachRequest>) {
      if (message?.$case === 'data') output += message.value.toString();
      if (message?.$case === 'error') throw new Error(message.value.message);
    }
    call.end();
    return output;
  }

  #broadcast(change: Partial<WatchAssignmentsResponse>): void {
    const appliesToRevision = String(this.#revision);
    this.#revision += 1;
    for (const watcher of this.#watchers)
      watcher.write({ ...this.#message(UpdateKind.UPDATE_KIND_INCREMENTAL), appliesToRevision, ...change });
  }

  #message(kind: UpdateKind): WatchAssignmentsResponse {
    return { kind, appliesToRevision: '', revision: String(this.#revision), more: false, assigned: [], removedPodUids: [] };
  }

  #nodeService(): NodeServiceServer {
    /** Answers calls of the current session only. */
    const unary =
      <Q extends { sessionId: string }, A>(answer: (request: Q) => A) =>
      ({ request }: ServerUnaryCall<Q, A>, callback: sendUnaryData<A>): void => {
        if (request.sessionId === this.#session) callback(null, answer(request));
        else callback(fenced);
      };
    return {
      register: ({ request }, callback) => {
        this.registrations.push(request);
        this.#sessions += 1;
        this.#session = `session-${this.#sessions}`;
        callback(null, {
          sessionId: this.#session,
          podCidr: this.podCidr,
          clusterCidr: '10.244.0.0/16',
          serviceCidr: '10.96.0.0/16',
          clusterDns: '10.96.0.10',
          clusterDomain: 'cluster.local',
          heartbeatPeriodMs: 100,
          clusterId: this.clusterId,
        });
      },
      heartbeat: unary((request) => {
        this.heartbeats += 1;
        this.newestStatus = request.status ?? this.newestStatus;
        return { nextPeriodMs: 100 };
      }),
      watchAssignments: (call) => {
        if (call.request.sessionId !== this.#session) {
          call.emit('error', fenced);
          return;
        }
        this.#watchers.add(call);
        call.on('cancelled', () => this.#watchers.delete(call));
        call.write({ ...this.#message(UpdateKind.UPDATE_KIND_COMPLETE), more: true });
        call.write({ ...this.#message(UpdateKind.UPDATE_KIND_COMPLETE), assigned: [...this.#assigned.values()] });
      },
      reportPodStatus: unary(({ reports }) => {
        this.reports.push(...reports);
        return { acknowledgedPodUids: reports.map(({ uid }) => uid) };
      }),
      recordEvents: unary(({ events }) => {
        this.events.push(...events);
        return {};
      }),
      createServiceAccountToken: unary(() => ({ token: 'token', expiresAt: new Date(systemClock.now() + 3_600_000) })),
      renewCertificate: (_call, callback) => {
        callback({ code: status.UNIMPLEMENTED });
      },
    };
  }

  #streamService(): StreamServiceServer {
    return {
      listen: (call) => {
        if (call.request.sessionId !== this.#session) {
          call.emit('error', fenced);
          return;
        }
        this.#listeners.add(call);
        call.on('cancelled', () => this.#listeners.delete(call));
      },
      attach: (call) => {
        call.once('data', ({ message }: AttachRequest) => {
          call.pause();
          if (message?.$case === 'open') this.#attached.get(message.value.streamId)?.(call);
        });
      },
    };
  }
}

const fenced = { code: status.FAILED_PRECONDITION, details: 'session fenced' };
