import { Notification } from '../../lib/async/notification.js';
import type { Semaphore } from '../../lib/async/semaphore.js';
import type { Clock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { Logger } from '../../lib/log/logger.js';
import type { BackgroundWork } from './background-work.js';
import { type DesiredPod, findContainer, sameAssignment } from './desired-pod.js';
import { nextStep } from './next-step.js';
import type { NodeContext } from './node-context.js';
import { emptyPod } from './observed-pod.js';
import { PodMemory } from './pod-memory.js';
import type { PodObserver } from './pod-observer.js';
import { type PodPlan, planPod } from './pod-plan.js';
import type { PodRecord } from './pod-record.js';
import { engineKey, type PodSnapshot, type ProbeVerdict } from './pod-snapshot.js';
import { resetsBackoff } from './restart-backoff.js';
import { StartSlot } from './start-slot.js';
import { isStart, type Step } from './step.js';
import { podFields, type StepRunner } from './step-runner.js';
import { specHash } from './spec-hash.js';
import type { WorkerMetrics } from './worker-metrics.js';

/** What a worker tells the rest of the agent after each look at its pod. */
export interface PodReporting {
  /** Reports the pod's status if it has changed, and begins and ends its probes. @returns the record with what was reported */
  publish(look: PodLook, signal: AbortSignal): Promise<PodRecord>;
  verdicts(podUid: string): ReadonlyMap<string, ProbeVerdict>;
}

export interface PodLook {
  memory: PodMemory;
  snapshot: PodSnapshot;
  plan: PodPlan;
  record: PodRecord;
  /** Nothing of the pod is left on the node. */
  stopped: boolean;
}

/**
 * The one that acts for a pod. It takes one step at a time, decided anew from what is
 * there; what it is told meanwhile (a new definition, a change on the engine, a probe's
 * verdict) only makes it look again.
 *
 *   observe -> plan -> publish -> step -+-> wait -> (woken) -> observe ...
 *                ^______________________/        \-> done
 */
export class PodWorker {
  readonly #options: PodWorkerOptions;
  readonly #memory: PodMemory;
  readonly #wake = new Notification();
  readonly #slot: StartSlot;
  /** The newest definition, taken up between two steps. */
  #pending: DesiredPod | undefined;
  #removed: boolean;
  /** The engine may show something new. */
  #hinted = false;
  #record: PodRecord;

  constructor(options: PodWorkerOptions) {
    const { desired, labels } = options;
    this.#options = options;
    this.#memory = new PodMemory(desired, emptyPod(labels));
    this.#removed = desired === undefined;
    this.#record = options.record;
    this.#slot = new StartSlot(options.starts, options.signal);
  }

  /** Takes up a definition; one that it has already disturbs nothing. */
  update(desired: DesiredPod): void {
    if (this.wanted && sameAssignment(this.wanted, desired)) return;
    this.#pending = desired;
    this.#removed = false;
    this.#wake.notify();
  }

  /** The pod no longer belongs here. */
  remove(): void {
    this.#removed = true;
    this.#wake.notify();
  }

  /** Something changed on the engine, perhaps. */
  hint(): void {
    this.#hinted = true;
    this.#wake.notify();
  }

  /** The state of an image, perhaps. */
  imageChanged(): void {
    this.#memory.askForImages();
    this.#wake.notify();
  }

  probesChanged(): void {
    this.#wake.notify();
  }

  /** Looks at everything again: engine, images and volumes. */
  resync(): void {
    if (this.#memory.volumes === 'ready') this.#memory.volumes = 'stale';
    this.imageChanged();
    this.hint();
  }

  /** What should run here, if anything. */
  get wanted(): DesiredPod | undefined {
    return this.#removed ? undefined : (this.#pending ?? this.#memory.desired);
  }

  get running(): boolean {
    return this.#memory.observed.sandboxes.some(({ state }) => state === 'running');
  }

  /** Ends when nothing of the pod is left and nobody wants it here any more. */
  async run(): Promise<void> {
    const { clock, log, signal } = this.#options;
    try {
      while (!signal.aborted) {
        try {
          if (await this.#round()) return;
        } catch (thrown) {
          if (signal.aborted) return;
          const error = LongshoreError.from(thrown);
          log.error('pod worker round failed', { ...podFields(this.#memory), error });
          this.#slot.give();
          this.#memory.stale = true;
          await clock.sleep(1_000, signal).catch(() => undefined);
        }
      }
    } finally {
      this.#slot.give();
    }
  }

  /** @returns whether the worker's life is over */
  async #round(): Promise<boolean> {
    const memory = this.#memory;
    if (this.#pending) memory.update(this.#pending);
    this.#pending = undefined;
    if (memory.stale && !(await this.#observe())) return false;
    const snapshot = this.#snapshot();
    const plan = planPod(snapshot);
    const step = nextStep(snapshot, plan);
    const { reporting, signal } = this.#options;
    const resting = step.kind === 'Wait' || step.kind === 'Done';
    const stopped = step.kind === 'Done' && !this.#hinted;
    this.#record = await reporting.publish({ memory, snapshot, plan, record: this.#record, stopped }, signal);
    if (resting && this.#hinted) {
      await this.#observe();
      return false;
    }
    if (step.kind === 'Done' && this.#removed) return true;
    await this.#take(step);
    return false;
  }

  async #take(step: Step): Promise<void> {
    const { node, steps, background, metrics, signal } = this.#options;
    const memory = this.#memory;
    if (step.kind === 'Wait' || step.kind === 'Done') {
      this.#slot.give();
      await this.#rest(step.kind === 'Wait' ? step.untilMs : undefined);
      return;
    }
    if (step.kind === 'StopContainer' || step.kind === 'RunPostStart') {
      background.begin(step, memory, node(), () => this.hint(), signal);
      return;
    }
    if (isStart(step) && !this.#slot.take(() => this.#wake.notify())) {
      await this.#rest(undefined);
      return;
    }
    if (step.kind === 'StartContainer') this.#noteRestart(step);
    const end = metrics.stepTimer(step.kind);
    const succeeded = await steps.run(step, memory, node(), signal);
    end(succeeded);
    if (!succeeded) memory.stale = true;
  }

  async #rest(untilMs: number | undefined): Promise<void> {
    const { clock, signal } = this.#options;
    const cancel =
      untilMs === undefined
        ? undefined
        : clock.after(Math.min(Math.max(0, untilMs - clock.now()), 86_400_000), () => this.#wake.notify());
    await this.#wake.wait(signal);
    cancel?.();
  }

  /** @returns whether the engine answered; when not, some time has passed */
  async #observe(): Promise<boolean> {
    const { observer, clock, metrics } = this.#options;
    const memory = this.#memory;
    const { podUid, podNamespace, podName } = memory.observed;
    this.#hinted = false;
    try {
      memory.observed = (await observer.observe(podUid)) ?? emptyPod({ podUid, podNamespace, podName });
      memory.failures.delete(engineKey);
      memory.prune();
      memory.stale = false;
      return true;
    } catch (thrown) {
      const { message } = LongshoreError.from(thrown);
      metrics.runtimeErrors.inc();
      memory.fail(engineKey, { reason: 'EngineUnavailable', message, nowMs: clock.now(), baseMs: 500, maxMs: 5_000 });
      await this.#rest(memory.failures.get(engineKey)?.retryAtMs);
      this.#hinted = true;
      return false;
    }
  }

  #snapshot(): PodSnapshot {
    const { clock, reporting } = this.#options;
    const memory = this.#memory;
    const snapshot: PodSnapshot = {
      desired: memory.desired,
      removed: this.#removed,
      observed: memory.observed,
      images: memory.images,
      imagesToAsk: memory.imagesToAsk,
      volumes: memory.volumes,
      probes: reporting.verdicts(memory.observed.podUid),
      failures: memory.failures,
      postStart: memory.postStart,
      stopping: new Map([...memory.stopping].map(([id, { killAtMs }]) => [id, killAtMs])),
      record: this.#record,
      tornDown: memory.tornDown,
      nowMs: clock.now(),
    };
    return { ...snapshot, record: (this.#record = progressed(this.#record, planPod(snapshot), snapshot.nowMs)) };
  }

  /** Failures count anew after a long run or a new definition; remembered, because the container that shows it will go. */
  #noteRestart({ container: name, attempt }: Extract<Step, { kind: 'StartContainer' }>): void {
    const { desired, observed } = this.#memory;
    const container = desired && findContainer(desired.spec, name);
    const last = observed.containers.filter((seen) => seen.name === name && seen.state === 'exited').at(-1);
    if (!container || !last || !resetsBackoff(last, specHash(container))) return;
    this.#record = { ...this.#record, restartBase: { ...this.#record.restartBase, [name]: attempt } };
  }
}

/** Latches the outcome, and the moment from which the grace period counts. */
function progressed(record: PodRecord, plan: PodPlan, nowMs: number): PodRecord {
  if (plan.mode === 'stop') return record.stopSinceMs === undefined ? { ...record, stopSinceMs: nowMs } : record;
  if (plan.mode === 'finish' && plan.outcome && !record.outcome) return { ...record, outcome: plan.outcome };
  return record;
}

export interface PodWorkerOptions {
  clock: Clock;
  log: Logger;
  labels: { podUid: string; podNamespace: string; podName: string };
  /** Undefined: only what is left of the pod is known, and it must go. */
  desired: DesiredPod | undefined;
  record: PodRecord;
  node: () => NodeContext;
  observer: PodObserver;
  steps: StepRunner;
  background: BackgroundWork;
  reporting: PodReporting;
  metrics: WorkerMetrics;
  /** Permits to start; one a pod. */
  starts: Semaphore;
  signal: AbortSignal;
}
