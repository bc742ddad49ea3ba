import type { Duplex } from 'node:stream';
import type { Clock } from '../../../lib/clock/clock.js';
import { isError, LongshoreError } from '../../../lib/errors/errors.js';
import type { Logger } from '../../../lib/log/logger.js';
import type {
  AttachOptions,
  ContainerProcess,
  ContainerRuntime,
  ContainerSpec,
  LogOptions,
  ObservedContainer,
  ObservedImage,
  ObservedPod,
  ObservedSandbox,
  PodNetwork,
  ProcessOptions,
  RegistryCredentials,
  SandboxSpec,
} from '../container-runtime.js';
import { mapBounded } from './map-bounded.js';
import { missingCapabilities } from './capabilities.js';
import { renderContainerConfig } from './container-config.js';
import { ContainerEvents } from './container-events.js';
import { runExec } from './container-exec.js';
import { removeContainer, stopContainer } from './container-lifecycle.js';
import { readLogs } from './container-logs.js';
import { ContainerObserver } from './container-observer.js';
import { attachContainer, startProcess } from './container-process.js';
import { ContainerStarter } from './container-starter.js';
import { DockerEngine } from './docker-engine.js';
import { ImageStore } from './image-store.js';
import { containerName, networkName, type Owner } from './labels.js';
import { readObserved } from './observed.js';
import { DockerPodNetwork } from './pod-network.js';
import { PortDialer } from './port-dialer/port-dialer.js';
import { SandboxStore } from './sandbox-store.js';

const removalsAtOnce = 8;

export interface DockerRuntimeOptions {
  /** "unix:///path" or "tcp://host:port". Default: DOCKER_HOST, then the usual socket. */
  dockerHost?: string | undefined;
  clusterId: string;
  nodeName: string;
  clock: Clock;
  log: Logger;
}

/** Pods on a Docker Engine, 20.10 or newer. Several nodes may share one engine: labels keep them apart. */
export class DockerRuntime implements ContainerRuntime {
  readonly #engine: DockerEngine;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #owner: Owner;
  readonly #network: DockerPodNetwork;
  readonly #observer: ContainerObserver;
  readonly #starter: ContainerStarter;
  readonly #sandboxes: SandboxStore;
  readonly #events: ContainerEvents;
  readonly #images: ImageStore;
  readonly #ports: PortDialer;

  private constructor(options: DockerRuntimeOptions & { missingCapabilities: readonly string[] }) {
    const { clusterId, nodeName, clock, log } = options;
    const engine = new DockerEngine(options);
    const owner = { clusterId, nodeName };
    this.#engine = engine;
    this.#clock = clock;
    this.#log = log;
    this.#owner = owner;
    this.#network = new DockerPodNetwork({ engine, owner, log });
    this.#observer = new ContainerObserver({ engine, owner });
    this.#starter = new ContainerStarter({ ...options, engine, owner, observer: this.#observer });
    this.#sandboxes = new SandboxStore({
      engine,
      owner,
      network: this.#network,
      observer: this.#observer,
      starter: this.#starter,
      log,
    });
    this.#events = new ContainerEvents({ engine, owner, clock, log });
    this.#images = new ImageStore({ engine });
    this.#ports = new PortDialer({ clock, log });
  }

  /** Does not talk to the engine yet: an agent may start before it. */
  static async create(options: DockerRuntimeOptions): Promise<DockerRuntime> {
    return new DockerRuntime({ ...options, missingCapabilities: await missingCapabilities() });
  }

  async version(): Promise<{ name: string; version: string; apiVersion: string }> {
    const { version, apiVersion } = await this.#engine.version();
    return { name: 'docker', version, apiVersion };
  }

  ensurePodNetwork(network: PodNetwork): Promise<void> {
    return this.#network.ensure(network);
  }

  observe(podUid?: string): Promise<ObservedPod[]> {
    return this.#observer.observe(podUid);
  }

  async *changes(signal: AbortSignal): AsyncGenerator<string> {
    for await (const change of this.#events.read(signal)) {
      if (change !== 'connected') {
        this.#observer.forget(change.containerId);
        yield change.podUid;
        continue;
      }
      // Anything may have changed unseen before the connection.
      this.#observer.forgetAll();
      try {
        for (const { podUid } of await this.#observer.observe()) yield podUid;
      } catch (thrown) {
        if (!isError(thrown, 'Unavailable')) throw thrown;
        this.#log.debug('engine went away while its changes were read', { reason: thrown.message });
      }
    }
  }

  startSandbox(spec: SandboxSpec): Promise<ObservedSandbox> {
    return this.#sandboxes.start(spec);
  }

  stopSandbox(podUid: string, attempt: number): Promise<void> {
    return this.#sandboxes.stop(podUid, attempt);
  }

  removeSandbox(podUid: string, attempt: number): Promise<void> {
    return this.#sandboxes.remove(podUid, attempt);
  }

  async startContainer(spec: ContainerSpec): Promise<ObservedContainer> {
    const namespaces = await this.#sandboxes.namespaces(spec, spec.sandboxAttempt);
    const { info, failure } = await this.#starter.start({
      ...renderContainerConfig(spec, this.#owner, namespaces),
      name: containerName(spec, spec.name, spec.sandboxAttempt, spec.attempt),
    });
    const observed = readObserved(info, networkName(this.#owner));
    if (observed?.kind !== 'container') throw new LongshoreError('Internal', `container ${info.Id} is not a container of a pod`);
    if (!failure) return observed.container;
    const sandboxGone = /non running container|No such container/.test(failure.message);
    if (!sandboxGone && observed.container.state === 'exited') return observed.container;
    await removeContainer(this.#engine, info.Id);
    throw new LongshoreError(sandboxGone ? 'NotFound' : 'InvalidArgument', failure.message, { cause: failure });
  }

  stopContainer(id: string, graceSeconds: number): Promise<void> {
    return stopContainer(this.#engine, id, graceSeconds);
  }

  removeContainer(id: string): Promise<void> {
    return removeContainer(this.#engine, id);
  }

  exec(id: string, command: readonly string[], timeoutMs: number, signal?: AbortSignal) {
    return runExec({ engine: this.#engine, clock: this.#clock }, { containerId: id, command, timeoutMs }, signal);
  }

  startProcess(id: string, options: ProcessOptions, signal: AbortSignal): Promise<ContainerProcess> {
    return startProcess({ engine: this.#engine, observer: this.#observer, clock: this.#clock }, id, options, signal);
  }

  attach(id: string, options: AttachOptions, signal: AbortSignal): Promise<ContainerProcess> {
    return attachContainer({ engine: this.#engine, observer: this.#observer, clock: this.#clock }, id, options, signal);
  }

  async dial(podUid: string, port: number, signal: AbortSignal): Promise<Duplex> {
    const [pod] = await this.#observer.observe(podUid);
    const sandbox = pod?.sandboxes.findLast(({ state }) => state === 'running');
    if (!pod || !sandbox) throw new LongshoreError('NotFound', `no sandbox of pod ${podUid} is running`);
    const { State: state } = await this.#observer.known(sandbox.id);
    const { hostNetwork } = await this.#sandboxes.namespaces(pod, sandbox.attempt);
    return this.#ports.dial({ id: sandbox.id, pid: state.Pid, ip: sandbox.ip, hostNetwork }, port, signal);
  }

  logs(id: string, options: LogOptions, signal: AbortSignal): AsyncIterable<Uint8Array> {
    return readLogs({ engine: this.#engine, observer: this.#observer }, id, options, signal);
  }

  image(reference: string): Promise<ObservedImage | undefined> {
    return this.#images.find(reference);
  }

  images(): Promise<ObservedImage[]> {
    return this.#images.list();
  }

  pullImage(reference: string, credentials: RegistryCredentials | undefined, signal: AbortSignal): Promise<void> {
    return this.#images.pull(reference, credentials, signal);
  }

  async removeEverything(): Promise<void> {
    const all = await this.#observer.list({});
    await mapBounded(all, removalsAtOnce, ({ Id: id }) => removeContainer(this.#engine, id));
    await this.#network.remove();
  }
}
