import type { Container } from '../../proto/gen/longshore/node/v1/pod.js';
import { isError, LongshoreError } from '../../lib/errors/errors.js';
import type { ContainerRuntime, ContainerSpec, Mount, ObservedContainer } from '../runtime/container-runtime.js';
import type { VolumeManager } from '../volumes/volume-manager.js';
import { resolveEnv } from './container-env.js';
import { toMount, wantedMounts } from './container-mounts.js';
import { containerSpec } from './container-spec.js';
import type { DesiredPod } from './desired-pod.js';
import { type NodeContext, podFacts } from './node-context.js';
import type { PodMemory } from './pod-memory.js';
import { resolveSubPath } from './sub-path.js';

/** Why a container could not be started, in Kubernetes' words. */
export class LaunchFailure extends Error {
  readonly reason: 'CreateContainerConfigError' | 'CreateContainerError' | 'RunContainerError';

  constructor(reason: LaunchFailure['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Gathers what a container needs, and starts it. */
export class ContainerLauncher {
  readonly #runtime: Pick<ContainerRuntime, 'startContainer'>;
  readonly #volumes: VolumeManager;

  constructor(options: { runtime: Pick<ContainerRuntime, 'startContainer'>; volumes: VolumeManager }) {
    this.#runtime = options.runtime;
    this.#volumes = options.volumes;
  }

  /**
   * @throws LaunchFailure when the definition or the engine's answer is to blame
   * @throws LongshoreError Unavailable when the engine does not answer, NotFound when the image or the sandbox has gone
   */
  async start(
    memory: PodMemory,
    desired: DesiredPod,
    container: Container,
    attempts: { attempt: number; sandboxAttempt: number },
    node: NodeContext,
  ): Promise<ObservedContainer> {
    const spec = await this.#spec(memory, desired, container, attempts, node);
    try {
      return await this.#runtime.startContainer(spec);
    } catch (thrown) {
      if (isError(thrown, 'InvalidArgument')) throw new LaunchFailure('CreateContainerError', thrown.message);
      if (isError(thrown, 'Unavailable', 'NotFound', 'Cancelled')) throw thrown;
      throw new LaunchFailure('RunContainerError', LongshoreError.from(thrown).message);
    }
  }

  async #spec(
    memory: PodMemory,
    desired: DesiredPod,
    container: Container,
    { attempt, sandboxAttempt }: { attempt: number; sandboxAttempt: number },
    node: NodeContext,
  ): Promise<ContainerSpec> {
    const facts = podFacts(node, memory.podIp(node));
    const image = memory.images.get(container.name);
    try {
      const env = resolveEnv(desired, container, facts);
      return containerSpec(desired, container, {
        attempt,
        sandboxAttempt,
        env,
        volumeMounts: await this.#mounts(desired, container, memory.volumePaths, env),
        networkFiles: await this.#volumes.prepareNetworkFiles(desired.assignment, facts),
        terminationLog: await this.#volumes.prepareTerminationLog(desired.uid, container.name, attempt),
        imageUser: image?.state === 'present' ? image.user : '',
        nodeMemoryBytes: node.memoryBytes,
      });
    } catch (thrown) {
      throw new LaunchFailure('CreateContainerConfigError', LongshoreError.from(thrown).message);
    }
  }

  async #mounts(
    { spec }: DesiredPod,
    container: Container,
    paths: ReadonlyMap<string, string>,
    env: ReadonlyMap<string, string>,
  ): Promise<Mount[]> {
    const mounts: Mount[] = [];
    for (const { mount, volumePath, subPath } of wantedMounts(container, paths, env)) {
      const hostPath = subPath === '' ? volumePath : await resolveSubPath(volumePath, subPath);
      const volume = spec.volumes.find(({ name }) => name === mount.name);
      mounts.push(toMount(mount, hostPath, volume));
    }
    return mounts;
  }
}
