import type { Clock } from '../../lib/clock/clock.js';
import { isError, LongshoreError } from '../../lib/errors/errors.js';
import type { Logger } from '../../lib/log/logger.js';
import type { ImageManager } from '../images/image-manager.js';
import type { ContainerRuntime } from '../runtime/container-runtime.js';
import type { EventRecorder } from '../status/event-recorder.js';
import type { VolumeManager } from '../volumes/volume-manager.js';
import { type ContainerLauncher, LaunchFailure } from './container-launcher.js';
import { sandboxSpec } from './container-spec.js';
import { type DesiredPod, fieldPathOf, findContainer } from './desired-pod.js';
import { type NodeContext, podFacts } from './node-context.js';
import { withContainer, withoutContainer, withoutSandbox, withSandbox, withStoppedSandbox } from './observed-pod.js';
import type { PodMemory } from './pod-memory.js';
import { engineKey, sandboxKey, volumesKey } from './pod-snapshot.js';
import type { Step } from './step.js';

export type ForegroundStep = Exclude<Step, { kind: 'Wait' | 'Done' | 'StopContainer' | 'RunPostStart' }>;

/**
 * Carries out one step and notes the result in the pod's memory. An expected failure is
 * noted too, with the moment of the next try; it is never thrown.
 */
export class StepRunner {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #runtime: ContainerRuntime;
  readonly #volumes: VolumeManager;
  readonly #images: ImageManager;
  readonly #launcher: ContainerLauncher;
  readonly #events: EventRecorder;

  constructor(options: {
    clock: Clock;
    log: Logger;
    runtime: ContainerRuntime;
    volumes: VolumeManager;
    images: ImageManager;
    launcher: ContainerLauncher;
    events: EventRecorder;
  }) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#runtime = options.runtime;
    this.#volumes = options.volumes;
    this.#images = options.images;
    this.#launcher = options.launcher;
    this.#events = options.events;
  }

  /** @returns whether the step succeeded; after a failure the engine should be looked at again */
  async run(step: ForegroundStep, memory: PodMemory, node: NodeContext, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#carryOut(step, memory, node, signal);
      memory.failures.delete(keyOf(step));
      memory.failures.delete(engineKey);
      return true;
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      this.#fail(step, memory, thrown);
      return false;
    }
  }

  async #carryOut(step: ForegroundStep, memory: PodMemory, node: NodeContext, signal: AbortSignal): Promise<void> {
    const uid = memory.observed.podUid;
    switch (step.kind) {
      case 'EnsureImage': {
        const desired = required(memory.desired);
        const container = required(findContainer(desired.spec, step.container));
        memory.imagesToAsk.delete(step.container);
        memory.images.set(step.container, await this.#images.ensure(desired.assignment, container));
        return;
      }
      case 'PrepareVolumes': {
        const { assignment } = required(memory.desired);
        memory.volumePaths = await this.#volumes.prepare(assignment, podFacts(node, memory.podIp(node)), signal);
        memory.volumes = 'ready';
        return;
      }
      case 'StartSandbox': {
        const spec = sandboxSpec(required(memory.desired), step.attempt, node.nodeName);
        memory.observed = withSandbox(memory.observed, await this.#runtime.startSandbox(spec));
        return;
      }
      case 'StartContainer':
        await this.#startContainer(step, memory, required(memory.desired), node);
        return;
      case 'RemoveContainer':
        await this.#runtime.removeContainer(step.id);
        memory.observed = withoutContainer(memory.observed, step.id);
        return;
      case 'StopSandbox':
        await this.#runtime.stopSandbox(uid, step.attempt);
        memory.observed = withStoppedSandbox(memory.observed, step.attempt);
        return;
      case 'RemoveSandbox':
        await this.#runtime.removeSandbox(uid, step.attempt);
        memory.observed = withoutSandbox(memory.observed, step.attempt);
        return;
      case 'Teardown':
        await this.#volumes.remove(uid);
        memory.tornDown = true;
        return;
    }
  }

  async #startContainer(
    step: Extract<Step, { kind: 'StartContainer' }>,
    memory: PodMemory,
    desired: DesiredPod,
    node: NodeContext,
  ): Promise<void> {
    const container = required(findContainer(desired.spec, step.container));
    const event = { pod: desired.pod, fieldPath: fieldPathOf(desired.spec, container.name) };
    const observed = await this.#launcher.start(memory, desired, container, step, node);
    memory.observed = withContainer(memory.observed, observed);
    // The next attempt asks again, by its imagePullPolicy.
    memory.images.delete(container.name);
    this.#events.record({ ...event, type: 'Normal', reason: 'Created', message: `Created container: ${container.name}` });
    if (observed.error === '') {
      this.#events.record({ ...event, type: 'Normal', reason: 'Started', message: `Started container ${container.name}` });
    } else {
      this.#events.record({ ...event, type: 'Warning', reason: 'Failed', message: `Error: ${observed.error}` });
    }
    if (observed.state === 'running' && container.postStart) memory.postStart.set(observed.id, 'pending');
    this.#log.info('container started', { ...podFields(memory), container: container.name, attempt: step.attempt });
  }

  #fail(step: ForegroundStep, memory: PodMemory, thrown: unknown): void {
    const error = thrown instanceof LaunchFailure ? thrown : LongshoreError.from(thrown);
    const nowMs = this.#clock.now();
    const { message } = error;
    this.#log.warn('step failed', { ...podFields(memory), step: step.kind, error });
    if (isError(error, 'Unavailable')) {
      memory.fail(engineKey, { reason: 'EngineUnavailable', message, nowMs, baseMs: 500, maxMs: 5_000 });
      return;
    }
    switch (step.kind) {
      case 'PrepareVolumes':
        memory.fail(volumesKey, { reason: 'FailedMount', message, nowMs, baseMs: 500, maxMs: 30_000 });
        this.#warn(memory, undefined, 'FailedMount', message);
        return;
      case 'StartSandbox':
        memory.fail(sandboxKey, { reason: 'FailedCreatePodSandBox', message, nowMs, baseMs: 1_000, maxMs: 30_000 });
        this.#warn(memory, undefined, 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${message}`);
        return;
      case 'StartContainer': {
        // The image or the sandbox is gone: find out anew.
        memory.images.delete(step.container);
        const reason = error instanceof LaunchFailure ? error.reason : 'CreateContainerError';
        memory.fail(step.container, { reason, message, nowMs, baseMs: 2_000, maxMs: 60_000 });
        this.#warn(memory, step.container, 'Failed', `Error: ${message}`);
        return;
      }
      case 'EnsureImage':
      case 'RemoveContainer':
      case 'StopSandbox':
      case 'RemoveSandbox':
      case 'Teardown':
        memory.fail(engineKey, { reason: 'StepFailed', message, nowMs, baseMs: 1_000, maxMs: 30_000 });
        return;
    }
  }

  #warn({ desired }: PodMemory, container: string | undefined, reason: string, message: string): void {
    if (!desired) return;
    const fieldPath = container === undefined ? '' : fieldPathOf(desired.spec, container);
    this.#events.record({ pod: desired.pod, fieldPath, type: 'Warning', reason, message });
  }
}

function keyOf(step: ForegroundStep): string {
  switch (step.kind) {
    case 'StartContainer':
      return step.container;
    case 'StartSandbox':
      return sandboxKey;
    case 'PrepareVolumes':
      return volumesKey;
    default:
      return engineKey;
  }
}

/** The plan asks only for steps that the pod's definition allows. */
function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a step that its pod does not define');
  return value;
}

export function podFields({ observed }: PodMemory): Record<string, unknown> {
  return { pod: `${observed.podNamespace}/${observed.podName}`, podUid: observed.podUid };
}
