import type { Clock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { Logger } from '../../lib/log/logger.js';
import type { ContainerRuntime } from '../runtime/container-runtime.js';
import type { EventRecorder } from '../status/event-recorder.js';
import type { ContainerStopper } from './container-stopper.js';
import { fieldPathOf, findContainer } from './desired-pod.js';
import { runHook } from './lifecycle-hook.js';
import type { NodeContext } from './node-context.js';
import type { PodMemory } from './pod-memory.js';
import type { Step } from './step.js';
import { podFields } from './step-runner.js';

type BackgroundStep = Extract<Step, { kind: 'StopContainer' | 'RunPostStart' }>;

/** A postStart hook has no limit in Kubernetes; one that hangs for a day is given up. */
const postStartLimitMs = 86_400_000;

/** Steps that may take long and must not keep the rest of the pod waiting. */
export class BackgroundWork {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #runtime: Pick<ContainerRuntime, 'exec'>;
  readonly #stopper: ContainerStopper;
  readonly #events: EventRecorder;

  constructor(options: {
    clock: Clock;
    log: Logger;
    runtime: Pick<ContainerRuntime, 'exec'>;
    stopper: ContainerStopper;
    events: EventRecorder;
  }) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#runtime = options.runtime;
    this.#stopper = options.stopper;
    this.#events = options.events;
  }

  /** Begins the step, visibly in `memory` at once; `onEnd` is called when it has succeeded or failed. */
  begin(step: BackgroundStep, memory: PodMemory, node: NodeContext, onEnd: () => void, signal: AbortSignal): void {
    const work =
      step.kind === 'StopContainer'
        ? this.#stopper.stop(step, memory, node, signal)
        : this.#postStart(step, memory, node, signal);
    work.then(onEnd, (thrown: unknown) => {
      if (signal.aborted) return;
      this.#log.warn('step failed', { ...podFields(memory), step: step.kind, error: LongshoreError.from(thrown) });
      onEnd();
    });
  }

  async #postStart(
    { id, container: name }: Extract<Step, { kind: 'RunPostStart' }>,
    memory: PodMemory,
    node: NodeContext,
    signal: AbortSignal,
  ): Promise<void> {
    const { desired } = memory;
    const hook = desired && findContainer(desired.spec, name)?.postStart;
    memory.postStart.set(id, 'running');
    if (!hook) {
      memory.postStart.delete(id);
      return;
    }
    const target = { containerId: id, podIp: memory.podIp(node), timeoutMs: postStartLimitMs };
    try {
      await runHook(hook, target, { runtime: this.#runtime, clock: this.#clock }, signal);
      memory.postStart.delete(id);
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      memory.postStart.set(id, 'failed');
      const fieldPath = fieldPathOf(desired.spec, name);
      this.#events.record({
        pod: desired.pod,
        fieldPath,
        type: 'Warning',
        reason: 'FailedPostStartHook',
        message: 'PostStartHook failed',
      });
      throw thrown;
    }
  }
}
