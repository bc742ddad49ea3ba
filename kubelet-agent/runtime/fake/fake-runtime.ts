import { type Duplex, duplexPair } from 'node:stream';

import type { Clock } from '../../../lib/clock/clock.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import { ChangeFeed } from '../change-feed.js';
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
import type { FakeBehaviour } from './fake-behaviour.js';
import { FakeContainer, type FakeProgram } from './fake-container.js';
import { FakeImages } from './fake-images.js';
import { FakePods } from './fake-pods.js';
import { FakeProcess } from './fake-process.js';

/** A start that the fake lets fail: nothing left behind, or an exited container that says why. */
export type StartFailure = { throws: LongshoreError } | { exitCode: number; error: string };

const outputLimit = 10 * 1024;

/**
 * A container engine in memory that runs on the given clock. Beside the interface it has
 * knobs: how containers behave, what fails next, what a crash looks like, and what was called.
 */
export class FakeRuntime implements ContainerRuntime {
  /** Local images and the registry behind them, with the knobs of pulls. */
  readonly registry: FakeImages;
  /** Every call that changed something, oldest first, for example "startContainer web/0". */
  readonly calls: string[] = [];
  readonly #clock: Clock;
  readonly #behaviour: FakeBehaviour | undefined;
  readonly #pods = new FakePods();
  readonly #feed = new ChangeFeed();
  readonly #programs = new Map<string, FakeProgram>();
  readonly #startFailures = new Map<string, StartFailure[]>();
  readonly #sandboxFailures: LongshoreError[] = [];
  readonly #startDelays = new Map<string, number>();
  #outage: LongshoreError | undefined;

  /**
   * @param options.images references that are on the node from the start
   * @param options.behaviour of what no knob was set for; default: containers run until they
   *   are stopped, and the registry has no other images than it was given
   */
  constructor(options: { clock: Clock; images?: readonly string[]; behaviour?: FakeBehaviour }) {
    const { clock, images = [], behaviour } = options;
    this.#clock = clock;
    this.#behaviour = behaviour;
    this.registry = new FakeImages({ clock, local: images, ...(behaviour && { behaviour }) });
  }

  // Knobs.

  /** How containers of this name, or else of this image, behave from their next start on. */
  behave(nameOrImage: string, program: FakeProgram): void {
    this.#programs.set(nameOrImage, program);
  }

  /** Lets the next start of a container of this name fail. Repeated calls queue up. */
  failNextStart(containerName: string, failure: StartFailure): void {
    this.#startFailures.set(containerName, [...(this.#startFailures.get(containerName) ?? []), failure]);
  }

  /** Starts of this container take so long from now on. */
  delayStart(containerName: string, ms: number): void {
    this.#startDelays.set(containerName, ms);
  }

  failNextSandbox(error: LongshoreError): void {
    this.#sandboxFailures.push(error);
  }

  /** The address that the pod's next sandbox gets. */
  assignIp(podUid: string, ip: string): void {
    this.#pods.assignIp(podUid, ip);
  }

  /** The engine stops answering (every call throws Unavailable) or answers again. */
  setOutage(outage: boolean): void {
    this.#outage = outage ? new LongshoreError('Unavailable', 'Cannot connect to the container engine') : undefined;
  }

  /** Ends the newest attempt of a running container, by default as a crash would (exit code 1). */
  crash(podUid: string, containerName: string, how: { exitCode?: number; oomKilled?: boolean } = {}): void {
    const exitCode = how.exitCode ?? (how.oomKilled ? 137 : 1);
    this.#pods.newest(podUid, containerName).exit(exitCode, how.oomKilled ?? false);
  }

  /** Everything that runs ends at once, as when the machine loses its power. */
  powerOff(): void {
    for (const pod of this.#pods.all()) {
      for (const container of pod.containers) container.exit(137);
      this.crashSandbox(pod.labels.podUid);
    }
  }

  find(containerId: string): FakeContainer | undefined {
    return this.#pods.container(containerId);
  }

  /** The sandbox dies; the containers that joined it go on, as in Docker. */
  crashSandbox(podUid: string): void {
    const pod = this.#pods.get(podUid);
    if (!pod) throw new Error(`no pod ${podUid}`);
    pod.sandboxes = pod.sandboxes.map((sandbox) => ({ ...sandbox, state: 'exited', ip: '' }));
    this.#feed.publish(podUid);
  }

  /** Adds a line to the newest attempt's log. */
  writeLog(podUid: string, containerName: string, line: string): void {
    this.#pods.newest(podUid, containerName).write(line);
  }

  /** The spec of the newest attempt as the runtime was given it. */
  specOf(podUid: string, containerName: string): ContainerSpec {
    return this.#pods.newest(podUid, containerName).spec;
  }

  // ContainerRuntime.

  async version(): Promise<{ name: string; version: string; apiVersion: string }> {
    this.#check();
    return { name: 'fake', version: '1.0.0', apiVersion: '1.0' };
  }

  async ensurePodNetwork(network: PodNetwork): Promise<void> {
    this.#check();
    this.#pods.network = network;
  }

  async observe(podUid?: string): Promise<ObservedPod[]> {
    this.#check();
    return this.#pods.observe(podUid);
  }

  changes(signal: AbortSignal): AsyncIterable<string> {
    return this.#feed.subscribe(signal);
  }

  async startSandbox(spec: SandboxSpec): Promise<ObservedSandbox> {
    this.#check();
    const failure = this.#sandboxFailures.shift();
    if (failure) throw failure;
    const pod = this.#pods.ensure(spec);
    const existing = pod.sandboxes.find((sandbox) => sandbox.attempt === spec.attempt);
    if (existing?.state === 'running') return existing;
    this.calls.push(`startSandbox ${spec.podName}/${spec.attempt}`);
    const sandbox: ObservedSandbox = {
      id: existing?.id ?? this.#pods.nextId(),
      attempt: spec.attempt,
      state: 'running',
      ip: spec.hostNetwork ? '' : this.#pods.allocateIp(spec.podUid),
      createdAtMs: existing?.createdAtMs ?? this.#clock.now(),
    };
    pod.sandboxes = [...pod.sandboxes.filter((other) => other !== existing), sandbox];
    this.#feed.publish(spec.podUid);
    return sandbox;
  }

  async stopSandbox(podUid: string, attempt: number): Promise<void> {
    this.#check();
    const pod = this.#pods.get(podUid);
    if (!pod?.sandboxes.some((sandbox) => sandbox.attempt === attempt && sandbox.state !== 'exited')) return;
    this.calls.push(`stopSandbox ${pod.labels.podName}/${attempt}`);
    pod.sandboxes = pod.sandboxes.map((sandbox) =>
      sandbox.attempt === attempt ? { ...sandbox, state: 'exited', ip: '' } : sandbox,
    );
    this.#feed.publish(podUid);
  }

  async removeSandbox(podUid: string, attempt: number): Promise<void> {
    this.#check();
    const pod = this.#pods.get(podUid);
    if (!pod?.sandboxes.some((sandbox) => sandbox.attempt === attempt)) return;
    this.calls.push(`removeSandbox ${pod.labels.podName}/${attempt}`);
    const inside = pod.containers.filter((container) => container.spec.sandboxAttempt === attempt);
    for (const container of inside) container.exit(137);
    pod.containers = pod.containers.filter((container) => !inside.includes(container));
    pod.sandboxes = pod.sandboxes.filter((sandbox) => sandbox.attempt !== attempt);
    this.#pods.deleteWhenEmpty(pod);
    this.#feed.publish(podUid);
  }

  async startContainer(spec: ContainerSpec): Promise<ObservedContainer> {
    this.#check();
    const pod = this.#pods.ensure(spec);
    const sandbox = pod.sandboxes.find(({ attempt, state }) => attempt === spec.sandboxAttempt && state === 'running');
    if (!sandbox) throw new LongshoreError('NotFound', `sandbox ${spec.sandboxAttempt} of pod ${spec.podName} is not running`);
    const existing = pod.containers.find(({ spec: { name, attempt } }) => name === spec.name && attempt === spec.attempt);
    if (existing) return existing.observed;
    const image = this.registry.local(spec.image);
    if (!image) throw new LongshoreError('NotFound', `No such image: ${spec.image}`);
    const delayMs = this.#startDelays.get(spec.name) ?? 0;
    if (delayMs > 0) await this.#clock.sleep(delayMs);
    this.calls.push(`startContainer ${spec.name}/${spec.attempt}`);
    const failure = this.#startFailures.get(spec.name)?.shift();
    if (failure && 'throws' in failure) throw failure.throws;
    const container = new FakeContainer({
      id: this.#pods.nextId(),
      imageId: image.id,
      spec,
      program: this.#programs.get(spec.name) ?? this.#programs.get(spec.image) ?? this.#behaviour?.program(spec) ?? {},
      clock: this.#clock,
      onChange: () => this.#feed.publish(spec.podUid),
    });
    pod.containers.push(container);
    if (failure) container.refuse(failure.exitCode, failure.error);
    else container.start();
    return container.observed;
  }

  async stopContainer(id: string, graceSeconds: number): Promise<void> {
    this.#check();
    const container = this.#pods.container(id);
    if (!container?.running) return;
    this.calls.push(`stopContainer ${container.spec.name}/${container.spec.attempt}`);
    await container.stop(graceSeconds);
  }

  async removeContainer(id: string): Promise<void> {
    this.#check();
    const container = this.#pods.container(id);
    const pod = container && this.#pods.get(container.spec.podUid);
    if (!pod) return;
    this.calls.push(`removeContainer ${container.spec.name}/${container.spec.attempt}`);
    container.exit(137);
    pod.containers = pod.containers.filter((other) => other !== container);
    this.#pods.deleteWhenEmpty(pod);
    this.#feed.publish(pod.labels.podUid);
  }

  async exec(id: string, command: readonly string[], timeoutMs: number, signal?: AbortSignal) {
    const container = this.#running(id);
    const answer = container.program.exec?.(command) ?? { exitCode: 0 };
    const durationMs = answer.durationMs ?? 0;
    if (durationMs > 0) await this.#clock.sleep(Math.min(durationMs, timeoutMs), signal);
    if (durationMs > timeoutMs) {
      throw new LongshoreError('DeadlineExceeded', `command "${command.join(' ')}" timed out after ${timeoutMs} ms`);
    }
    if (answer.exits !== undefined) container.exit(answer.exits);
    return { exitCode: answer.exitCode, output: (answer.output ?? '').slice(0, outputLimit) };
  }

  async startProcess(id: string, options: ProcessOptions, signal: AbortSignal): Promise<ContainerProcess> {
    return new FakeProcess({ main: this.#running(id).mainOf(options.command), tty: options.tty, signal });
  }

  async attach(id: string, _options: AttachOptions, signal: AbortSignal): Promise<ContainerProcess> {
    const container = this.#running(id);
    return new FakeProcess({ main: container.ownMain(), tty: container.spec.tty, signal });
  }

  async dial(podUid: string, port: number): Promise<Duplex> {
    this.#check();
    const pod = this.#pods.get(podUid);
    if (!pod?.sandboxes.some(({ state }) => state === 'running')) {
      throw new LongshoreError('NotFound', `no sandbox of pod ${podUid} is running`);
    }
    const programs = pod.containers.filter(({ running }) => running).map(({ program }) => program);
    const answer = programs.find(({ ports }) => ports?.[port])?.ports?.[port] ?? programs.find(({ anyPort }) => anyPort)?.anyPort;
    if (!answer) {
      throw new LongshoreError('Unavailable', `failed to connect to localhost:${port} inside the pod: connection refused`);
    }
    const [ours, theirs] = duplexPair();
    answer(theirs);
    return ours;
  }

  async *logs(id: string, options: LogOptions, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    this.#check();
    const container = this.#pods.container(id);
    if (!container) throw new LongshoreError('NotFound', `No such container: ${id}`);
    yield* container.logs(options, signal);
  }

  async image(reference: string): Promise<ObservedImage | undefined> {
    this.#check();
    return this.registry.local(reference);
  }

  async images(): Promise<ObservedImage[]> {
    this.#check();
    return this.registry.all();
  }

  async pullImage(reference: string, credentials: RegistryCredentials | undefined, signal: AbortSignal): Promise<void> {
    this.#check();
    this.calls.push(`pullImage ${reference}`);
    await this.registry.pull(reference, credentials, signal);
  }

  async removeEverything(): Promise<void> {
    this.#check();
    this.calls.push('removeEverything');
    for (const pod of this.#pods.all()) {
      const { podUid } = pod.labels;
      for (const container of pod.containers) container.exit(137);
      this.#pods.delete(podUid);
      this.#feed.publish(podUid);
    }
    this.#pods.network = undefined;
  }

  /** @throws LongshoreError NotFound when it is gone, or does not run */
  #running(id: string): FakeContainer {
    this.#check();
    const container = this.#pods.container(id);
    if (!container?.running) throw new LongshoreError('NotFound', `container ${id} is not running`);
    return container;
  }

  #check(): void {
    if (this.#outage) throw this.#outage;
  }
}
