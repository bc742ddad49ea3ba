import { LongshoreError } from '../../lib/errors/errors.js';
import type { Logger } from '../../lib/log/logger.js';
import type { ContainerRuntime, ObservedContainer } from '../runtime/container-runtime.js';
import { type ContainerFacts, imageKey } from '../status/container-status.js';
import type { VolumeManager } from '../volumes/volume-manager.js';
import { findContainer } from './desired-pod.js';
import type { PodMemory } from './pod-memory.js';

const fallbackLines = 80;
const fallbackBytes = 2_048;

/**
 * What a pod's status says beyond the observation: the message that an exited container
 * left, asked for once for each container, and the digest of an image, once for each name of it.
 */
export class ContainerFactFinder {
  readonly #runtime: Pick<ContainerRuntime, 'image' | 'logs'>;
  readonly #volumes: Pick<VolumeManager, 'readTerminationLog'>;
  readonly #log: Logger;
  readonly #digests = new Map<string, string>();
  /** By pod uid, then container id. */
  readonly #messages = new Map<string, Map<string, string>>();

  constructor(options: {
    runtime: Pick<ContainerRuntime, 'image' | 'logs'>;
    volumes: Pick<VolumeManager, 'readTerminationLog'>;
    log: Logger;
  }) {
    this.#runtime = options.runtime;
    this.#volumes = options.volumes;
    this.#log = options.log;
  }

  async find(memory: PodMemory, signal: AbortSignal): Promise<ContainerFacts> {
    const { podUid, containers } = memory.observed;
    const known = this.#messages.get(podUid);
    const messages = new Map<string, string>();
    for (const container of containers) {
      if (container.state !== 'exited') continue;
      messages.set(container.id, known?.get(container.id) ?? (await this.#message(memory, container, signal)));
    }
    if (messages.size > 0) this.#messages.set(podUid, messages);
    else this.#messages.delete(podUid);
    await Promise.all(containers.map((container) => this.#findDigest(container)));
    return { terminationMessages: messages, imageDigests: this.#digests };
  }

  forget(podUid: string): void {
    this.#messages.delete(podUid);
  }

  async #message({ desired, observed }: PodMemory, container: ObservedContainer, signal: AbortSignal): Promise<string> {
    try {
      const written = await this.#volumes.readTerminationLog(observed.podUid, container.name, container.attempt);
      const policy = desired && findContainer(desired.spec, container.name)?.terminationMessagePolicy;
      if (written !== '' || policy !== 'FallbackToLogsOnError' || container.exitCode === 0) return written;
      const chunks: Uint8Array[] = [];
      const options = { follow: false, timestamps: false, tailLines: fallbackLines };
      for await (const chunk of this.#runtime.logs(container.id, options, signal)) chunks.push(chunk);
      return Buffer.concat(chunks).subarray(-fallbackBytes).toString('utf8');
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      this.#log.warn('termination message not readable', { container: container.name, error: LongshoreError.from(thrown) });
      return '';
    }
  }

  async #findDigest(container: ObservedContainer): Promise<void> {
    const { image, imageId } = container;
    const key = imageKey(container);
    if (this.#digests.has(key)) return;
    this.#digests.set(key, '');
    try {
      const found = await this.#runtime.image(image);
      const digests = found?.id === imageId ? found.names.filter((name) => name.includes('@')) : [];
      const own = digests.find((name) => image.startsWith(name.split('@')[0] ?? name));
      this.#digests.set(key, own ?? digests[0] ?? '');
    } catch (thrown) {
      this.#digests.delete(key);
      this.#log.debug('image digest not readable', { image, error: LongshoreError.from(thrown) });
    }
  }
}
