import { randomUUID } from 'node:crypto';

import type { Registry } from 'prom-client';

import type { Clock } from '../lib/clock/clock.js';
import { LongshoreError } from '../lib/errors/errors.js';
import type { HealthCheck } from '../lib/lifecycle/health-server.js';
import type { Logger } from '../lib/log/logger.js';
import { gatewayOf } from '../lib/net/cidr.js';
import { longshoreVersion } from '../lib/version/longshore-version.js';
import { nodeVersion } from '../lib/version/node-version.js';
import type { NodeServiceClient, NodeStatus, RegisterResponse } from '../proto/gen/longshore/node/v1/node.js';
import type { StreamServiceClient } from '../proto/gen/longshore/streams/v1/streams.js';
import type { KubeletAgentConfig } from './config.js';
import { NodePods } from './node-pods.js';
import { localAddressTowards } from '../lib/net/local-address.js';
import type { MachineReadings } from './node-status/machine-readings.js';
import { NodeStatusReader } from './node-status/node-status-reader.js';
import type { RunProbe } from './probes/run-probe.js';
import type { ContainerRuntime } from './runtime/container-runtime.js';
import { type ClusterFacts, clusterFacts, isOtherPlace, loadClusterFacts, saveClusterFacts } from './session/cluster-facts.js';
import { NodeSession } from './session/node-session.js';
import { NodeTokens } from './session/node-tokens.js';
import { EventBuffer } from './status/event-buffer.js';
import { StreamListener } from './streams/stream-listener.js';
import { StreamMetrics } from './streams/stream-metrics.js';
import type { Mounts } from './volumes/mount-runner.js';
import type { VolumeManager } from './volumes/volume-manager.js';

/** How long a registration waits for the pod network, so that the node's first heartbeat can say Ready. */
const networkPatienceMs = 3_000;

/**
 * One node's agent. Its pods run from the moment at which its place in the cluster is
 * known: from disk at once, or after the first registration.
 */
export class KubeletAgent {
  readonly #options: KubeletAgentOptions;
  readonly #events: EventBuffer;
  readonly #tokens = new NodeTokens();
  readonly #status: NodeStatusReader;
  readonly #streams: StreamMetrics;
  #facts: ClusterFacts | undefined;
  #pods: NodePods | undefined;
  #hostIp = '';
  #latest: NodeStatus | undefined;
  #session: NodeSession | undefined;
  #break: (error: Error) => void = () => undefined;
  /** Rejects when the pods' part breaks. */
  readonly #broken = new Promise<never>((_resolve, reject) => {
    this.#break = reject;
  });

  constructor(options: KubeletAgentOptions) {
    const { clock, log, config, engine } = options;
    this.#options = options;
    // Whoever runs the agent is told; before that nobody listens.
    this.#broken.catch(() => undefined);
    this.#events = new EventBuffer({ clock, log });
    this.#streams = new StreamMetrics(options.metrics);
    this.#status = new NodeStatusReader({
      clock,
      runtime: engine,
      path: config.stateDir,
      capacity: config.capacity,
      nodeName: config.nodeName,
      internalIp: () => this.#findHostIp(),
      problem: () => (this.#pods ? this.#pods.problem : 'not registered with the control plane yet'),
      version: nodeVersion(longshoreVersion()),
      ...(options.readMachine && { read: options.readMachine }),
    });
  }

  /** For /readyz. */
  readonly readiness: readonly HealthCheck[] = [
    { name: 'control-plane', check: () => (this.#session ? this.#session.problem : 'no client certificate yet') },
    { name: 'pods', check: () => (this.#pods ? this.#pods.problem : 'not registered with the control plane yet') },
  ];

  /** Takes up what an earlier process left, with no control plane. */
  async restore(): Promise<void> {
    this.#facts = await loadClusterFacts(this.#options.config.stateDir);
    await this.#readStatus();
    if (this.#facts) await this.#startPods(this.#facts);
  }

  /** Ends when `signal` aborts; containers stay. @throws when the pods' part breaks */
  async run(signal: AbortSignal): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
    });
    await Promise.race([ended, this.#broken]);
    await this.#pods?.stop();
  }

  /** Keeps the session with the control plane, for ever. */
  async runSession(client: NodeServiceClient, streams: StreamServiceClient, signal: AbortSignal): Promise<void> {
    const { clock, log, config } = this.#options;
    const session = new NodeSession({
      client,
      nodeName: config.nodeName,
      labels: config.nodeLabels,
      taints: config.registerWithTaints,
      instanceId: randomUUID(),
      readStatus: () => this.#readStatus(),
      onRegistered: (response, registering) => this.#onRegistered(response, registering),
      apply: (update) => {
        this.#requirePods().sink.apply(update);
      },
      listen: (sessionId, listening) =>
        new StreamListener({ client: streams, runtime: this.#requirePods().runtime, metrics: this.#streams, log }).run(
          sessionId,
          listening,
        ),
      reporter: () => this.#requirePods().reporter,
      events: this.#events,
      clock,
      log,
    });
    this.#session = session;
    this.#tokens.connect(client, () => session.sessionId);
    await session.run(signal);
  }

  async #onRegistered(response: RegisterResponse, signal: AbortSignal): Promise<void> {
    const { config, clock, log } = this.#options;
    const facts = clusterFacts(response);
    const before = this.#facts;
    if (before && isOtherPlace(before, facts)) {
      log.warn('this node has another place in the cluster now, removing what it ran', { before, now: facts });
      await this.#pods?.removeEverything();
      this.#pods = undefined;
    }
    if (JSON.stringify(before) !== JSON.stringify(facts)) await saveClusterFacts(config.stateDir, facts);
    this.#facts = facts;
    if (!this.#pods) await this.#startPods(facts);
    const giveUpMs = clock.monotonic() + networkPatienceMs;
    while (this.#pods?.problem !== undefined && clock.monotonic() < giveUpMs) await clock.sleep(10, signal);
  }

  async #startPods(facts: ClusterFacts): Promise<void> {
    const { config, createRuntime, mounts, wrapVolumes, runProbe, metrics, clock, log } = this.#options;
    await this.#findHostIp();
    const pods = await NodePods.create({
      facts,
      stateDir: config.stateDir,
      runtime: await createRuntime(facts.clusterId),
      mounts,
      ...(wrapVolumes && { wrapVolumes }),
      ...(runProbe && { runProbe }),
      tokenSource: this.#tokens,
      events: this.#events,
      context: () => this.#context(),
      metrics,
      clock,
      log,
    });
    this.#pods = pods;
    pods.run().catch((thrown: unknown) => {
      this.#break(LongshoreError.from(thrown));
    });
  }

  #context() {
    const { allocatable, capacity } = this.#latest ?? {};
    return {
      nodeName: this.#options.config.nodeName,
      hostIp: this.#hostIp,
      nodeAllocatable: {
        cpuMillis: allocatable?.cpuMillis ?? 0,
        memoryBytes: allocatable?.memoryBytes ?? 0,
        ephemeralStorageBytes: allocatable?.ephemeralStorageBytes ?? 0,
      },
      memoryBytes: capacity?.memoryBytes ?? 0,
    };
  }

  async #readStatus(): Promise<NodeStatus> {
    this.#latest = await this.#status.read();
    return this.#latest;
  }

  async #findHostIp(): Promise<string> {
    const { nodeIp, sharedHost, server } = this.#options.config;
    const found = nodeIp ?? (sharedHost ? this.#facts && gatewayOf(this.#facts.podCidr) : await localAddressTowards(server));
    this.#hostIp = found ?? this.#hostIp;
    return this.#hostIp;
  }

  #requirePods(): NodePods {
    if (!this.#pods) throw new Error('a session before its registration');
    return this.#pods;
  }
}

export interface KubeletAgentOptions {
  config: KubeletAgentConfig;
  /** The engine, of whatever cluster. */
  engine: Pick<ContainerRuntime, 'version' | 'images'>;
  createRuntime: (clusterId: string) => Promise<ContainerRuntime>;
  mounts: Mounts;
  /** Stands between the pods and their volumes. Default: nothing does. */
  wrapVolumes?: (real: VolumeManager) => VolumeManager;
  /** Default: probes over the network and by the runtime's exec. */
  runProbe?: RunProbe;
  /** Default: this machine. */
  readMachine?: (path: string) => Promise<MachineReadings>;
  metrics: Registry;
  clock: Clock;
  log: Logger;
}
