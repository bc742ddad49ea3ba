import type { Clock } from '../../lib/clock/clock.js';
import type { Logger } from '../../lib/log/logger.js';
import type { ContainerRuntime } from '../runtime/container-runtime.js';
import type { EventRecorder } from '../status/event-recorder.js';
import type { StopReason } from './container-intent.js';
import { fieldPathOf, findContainer } from './desired-pod.js';
import { runHook } from './lifecycle-hook.js';
import type { NodeContext } from './node-context.js';
import type { PodMemory } from './pod-memory.js';
import type { Step } from './step.js';
import { minimumGraceMs } from './stop-order.js';

type StopStep = Extract<Step, { kind: 'StopContainer' }>;

const retryMs = 1_000;

/** Stops containers in the background: preStop, the stop signal, SIGKILL at the deadline. */
export class ContainerStopper {
  readonly #clock: Clock;
  readonly #runtime: Pick<ContainerRuntime, 'exec' | 'stopContainer'>;
  readonly #events: EventRecorder;
  readonly #log: Logger;

  constructor(options: {
    clock: Clock;
    runtime: Pick<ContainerRuntime, 'exec' | 'stopContainer'>;
    events: EventRecorder;
    log: Logger;
  }) {
    this.#clock = options.clock;
    this.#runtime = options.runtime;
    this.#events = options.events;
    this.#log = options.log;
  }

  /**
   * Resolves when the container has exited. Called again for the same container with an
   * earlier deadline, it ends a preStop hook that still runs and stops the container sooner.
   * @throws LongshoreError of the runtime
   */
  async stop(step: StopStep, memory: PodMemory, node: NodeContext, signal: AbortSignal): Promise<void> {
    const { id, killAtMs } = step;
    const earlier = memory.stopping.get(id);
    const entry = { killAtMs, hook: new AbortController() };
    memory.stopping.set(id, entry);
    earlier?.hook.abort();
    const graceful = killAtMs > this.#clock.now();
    if (!earlier) this.#announce(step, memory);
    const abortHook = (): void => {
      entry.hook.abort();
    };
    signal.addEventListener('abort', abortHook, { once: true });
    try {
      if (!earlier && graceful) await this.#preStop(step, memory, node, entry.hook.signal);
      if (signal.aborted) return;
      const leftMs = Math.max(killAtMs - this.#clock.now(), graceful ? minimumGraceMs : 0);
      await this.#runtime.stopContainer(id, Math.ceil(leftMs / 1000));
    } catch (thrown) {
      // Let a moment pass before the same stop is begun again.
      await this.#clock.sleep(retryMs, signal);
      throw thrown;
    } finally {
      signal.removeEventListener('abort', abortHook);
      if (memory.stopping.get(id) === entry) memory.stopping.delete(id);
      memory.stale = true;
    }
  }

  /** A hook that fails delays nothing: the container is stopped all the same. */
  async #preStop(step: StopStep, memory: PodMemory, node: NodeContext, signal: AbortSignal): Promise<void> {
    const { desired } = memory;
    const preStop = desired && findContainer(desired.spec, step.container)?.preStop;
    if (!preStop) return;
    const target = { containerId: step.id, podIp: memory.podIp(node), timeoutMs: step.killAtMs - this.#clock.now() };
    try {
      await runHook(preStop, target, { runtime: this.#runtime, clock: this.#clock }, signal);
    } catch (error) {
      if (signal.aborted) return;
      this.#log.info('preStop hook failed', { pod: desired.pod.name, podUid: desired.uid, container: step.container, error });
      const fieldPath = fieldPathOf(desired.spec, step.container);
      this.#events.record({
        pod: desired.pod,
        fieldPath,
        type: 'Warning',
        reason: 'FailedPreStopHook',
        message: 'PreStopHook failed',
      });
    }
  }

  #announce({ container, because }: StopStep, { desired, observed }: PodMemory): void {
    const pod = desired?.pod ?? { namespace: observed.podNamespace, name: observed.podName, uid: observed.podUid };
    const fieldPath = desired ? fieldPathOf(desired.spec, container) : '';
    if (because === 'sandbox') {
      const message = 'Pod sandbox changed, it will be killed and re-created.';
      this.#events.record({ pod, type: 'Normal', reason: 'SandboxChanged', message });
    }
    this.#events.record({ pod, fieldPath, type: 'Normal', reason: 'Killing', message: killingMessage(container, because) });
  }
}

function killingMessage(container: string, because: StopReason): string {
  switch (because) {
    case 'liveness':
      return `Container ${container} failed liveness probe, will be restarted`;
    case 'startup':
      return `Container ${container} failed startup probe, will be restarted`;
    case 'postStart':
      return 'FailedPostStartHook';
    case 'changed':
      return `Container ${container} definition changed, will be restarted`;
    case 'sandbox':
    case 'surplus':
    case 'deleted':
    case 'finished':
      return `Stopping container ${container}`;
  }
}
