import { isError, LongshoreError } from '../../../lib/errors/errors.js';
import type { Logger } from '../../../lib/log/logger.js';
import type { ObservedSandbox, PodLabels, SandboxSpec } from '../container-runtime.js';
import { removeContainer, stopContainer } from './container-lifecycle.js';
import type { ContainerObserver } from './container-observer.js';
import type { ContainerStarter } from './container-starter.js';
import type { DockerEngine } from './docker-engine.js';
import type { DockerPodNetwork } from './pod-network.js';
import { label, networkName, sandboxName, type Owner } from './labels.js';
import { readObserved } from './observed.js';
import { renderSandboxConfig } from './sandbox-config.js';
import { ensureSandboxImage } from './sandbox-image/sandbox-image.js';
import { parseNamespaces, type SandboxNamespaces } from './sandbox-namespaces.js';

/** The sandbox exits as soon as it is told to. */
const stopGraceSeconds = 2;

/** Sandboxes: the containers that hold the namespaces of pods. */
export class SandboxStore {
  readonly #engine: DockerEngine;
  readonly #owner: Owner;
  readonly #network: DockerPodNetwork;
  readonly #observer: ContainerObserver;
  readonly #starter: ContainerStarter;
  readonly #log: Logger;
  /** By sandbox name; an attempt's namespaces never change. */
  readonly #namespaces = new Map<string, SandboxNamespaces>();
  #image: Promise<void> | undefined;

  constructor(options: {
    engine: DockerEngine;
    owner: Owner;
    network: DockerPodNetwork;
    observer: ContainerObserver;
    starter: ContainerStarter;
    log: Logger;
  }) {
    this.#engine = options.engine;
    this.#owner = options.owner;
    this.#network = options.network;
    this.#observer = options.observer;
    this.#starter = options.starter;
    this.#log = options.log;
  }

  /**
   * Creates and starts; an exited one of the same attempt is made anew, since its network
   * is gone. The sandbox image and the network come back when somebody pruned them.
   * @throws LongshoreError InvalidArgument with the engine's message when it refuses; nothing is left
   */
  async start(spec: SandboxSpec): Promise<ObservedSandbox> {
    try {
      return await this.#startOnce(spec);
    } catch (thrown) {
      if (!isError(thrown, 'NotFound')) throw thrown;
      this.#log.warn('sandbox image or pod network is missing, making it anew', { reason: thrown.message });
      this.#image = undefined;
      await this.#network.restore();
      return this.#startOnce(spec);
    }
  }

  async #startOnce(spec: SandboxSpec): Promise<ObservedSandbox> {
    await this.#ensureImage();
    const name = sandboxName(spec, spec.attempt);
    const { info, failure } = await this.#starter.start({ ...renderSandboxConfig(spec, this.#owner), name });
    if (failure) {
      await removeContainer(this.#engine, info.Id);
      throw failure.code === 'NotFound' ? failure : new LongshoreError('InvalidArgument', failure.message, { cause: failure });
    }
    const observed = readObserved(info, networkName(this.#owner));
    if (observed?.kind !== 'sandbox') throw new LongshoreError('Internal', `container ${info.Id} is not a sandbox`);
    if (observed.sandbox.state === 'running') {
      this.#namespaces.set(name, parseNamespaces(info.Config.Labels[label.namespaces] ?? ''));
      return observed.sandbox;
    }
    await removeContainer(this.#engine, info.Id);
    return this.#startOnce(spec);
  }

  /** Frees the pod's address. The sandbox stays, exited, and so does what is in it. */
  async stop(podUid: string, attempt: number): Promise<void> {
    const inside = await this.#observer.list({
      [label.podUid]: podUid,
      [label.attempt]: String(attempt),
      [label.kind]: 'sandbox',
    });
    for (const { Id: id, State: state } of inside)
      if (state === 'running') await stopContainer(this.#engine, id, stopGraceSeconds);
  }

  /** Kills and removes the sandbox and every container of it. */
  async remove(podUid: string, attempt: number): Promise<void> {
    const inside = await this.#observer.list({ [label.podUid]: podUid, [label.sandboxAttempt]: String(attempt) });
    const sandboxes = inside.filter(({ Labels: labels }) => labels[label.kind] === 'sandbox');
    const containers = inside.filter(({ Labels: labels }) => labels[label.kind] !== 'sandbox');
    // The sandbox goes last: while it is there, an interrupted removal is found and repeated.
    await Promise.all(containers.map(({ Id: id }) => removeContainer(this.#engine, id)));
    await Promise.all(sandboxes.map(({ Id: id }) => removeContainer(this.#engine, id)));
    for (const { Names: names } of sandboxes) for (const name of names) this.#namespaces.delete(name.replace(/^\//, ''));
  }

  /**
   * Which namespaces containers of a running sandbox join. Costs nothing once it has been seen.
   * @throws LongshoreError NotFound
   */
  async namespaces(pod: PodLabels, attempt: number): Promise<SandboxNamespaces> {
    const name = sandboxName(pod, attempt);
    const known = this.#namespaces.get(name);
    if (known) return known;
    const info = await this.#observer.inspect(name);
    const namespaces = parseNamespaces(info.Config.Labels[label.namespaces] ?? '');
    this.#namespaces.set(name, namespaces);
    return namespaces;
  }

  /** Once a process, shared by all that wait for it. */
  #ensureImage(): Promise<void> {
    this.#image ??= ensureSandboxImage({ engine: this.#engine, log: this.#log }).catch((thrown: unknown) => {
      this.#image = undefined;
      throw thrown;
    });
    return this.#image;
  }
}
