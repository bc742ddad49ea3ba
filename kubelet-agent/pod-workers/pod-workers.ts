import { Semaphore } from '../../lib/async/semaphore.js';
import type { Clock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { Logger } from '../../lib/log/logger.js';
import type { ContainerRuntime } from '../runtime/container-runtime.js';
import type { VolumeManager } from '../volumes/volume-manager.js';
import type { DesiredPod } from './desired-pod.js';
import type { PodPublisher } from './pod-publisher.js';
import type { PodRecord } from './pod-record.js';
import { PodWorker, type PodWorkerOptions } from './pod-worker.js';

/** More at once only slows the engine down (measured with Docker 20.10). */
const sideBySide = 4;
const resyncMs = 30_000;

type SharedOptions = Omit<PodWorkerOptions, 'labels' | 'desired' | 'record' | 'starts' | 'signal' | 'reporting'>;

/**
 * The workers of all pods of this node. It runs what was last assigned; what nobody
 * assigned is removed, but only once a complete assignment has said so.
 */
export class PodWorkers {
  readonly #options: PodWorkersOptions;
  readonly #workers = new Map<string, PodWorker>();
  readonly #starts = new Semaphore(sideBySide);
  /** A complete set has arrived: whatever is not in it is an orphan. */
  #complete = false;

  constructor(options: PodWorkersOptions) {
    this.#options = options;
  }

  /** Pods with a running sandbox. */
  get runningPods(): number {
    return [...this.#workers.values()].filter((worker) => worker.running).length;
  }

  /** Runs `pods` beside what runs already. */
  assign(pods: readonly DesiredPod[]): void {
    for (const desired of pods) {
      const worker = this.#workers.get(desired.uid);
      if (worker) worker.update(desired);
      else this.#begin(labelsOf(desired), desired);
    }
  }

  /** Runs `pods` and nothing else. */
  assignAll(pods: readonly DesiredPod[]): void {
    this.assign(pods);
    const wanted = new Set(pods.map(({ uid }) => uid));
    for (const [uid, worker] of this.#workers) if (!wanted.has(uid)) worker.remove();
    this.#complete = true;
    this.#removeOrphans().catch((error: unknown) => {
      this.#options.log.warn('cannot look for orphans yet', { error });
    });
  }

  remove(podUids: readonly string[]): void {
    for (const uid of podUids) this.#workers.get(uid)?.remove();
  }

  imageChanged(podUid: string): void {
    this.#workers.get(podUid)?.imageChanged();
  }

  probesChanged(podUid: string): void {
    this.#workers.get(podUid)?.probesChanged();
  }

  /** Passes on what the engine says of changes, and looks at everything again every 30 s. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#followChanges(signal), this.#resync(signal)]);
  }

  async #followChanges(signal: AbortSignal): Promise<void> {
    for await (const podUid of this.#options.runtime.changes(signal)) this.#workers.get(podUid)?.hint();
  }

  async #resync(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    while (!signal.aborted) {
      await clock.sleep(resyncMs, signal);
      for (const worker of this.#workers.values()) worker.resync();
      try {
        if (this.#complete) await this.#removeOrphans();
      } catch (error) {
        log.warn('cannot look for orphans', { error: LongshoreError.from(error) });
      }
    }
  }

  /** Pods that are on the engine or have files here, and that no assignment names. */
  async #removeOrphans(): Promise<void> {
    const { runtime, volumes } = this.#options;
    const labels = new Map((await volumes.list()).map((podUid) => [podUid, { podUid, podNamespace: '', podName: '' }]));
    for (const { podUid, podNamespace, podName } of await runtime.observe())
      labels.set(podUid, { podUid, podNamespace, podName });
    for (const orphan of labels.values()) {
      if (this.#workers.has(orphan.podUid)) continue;
      this.#options.log.info('removing a pod that is not assigned to this node', { ...orphan });
      this.#begin(orphan, undefined);
    }
  }

  #begin(labels: PodWorkerOptions['labels'], desired: DesiredPod | undefined): void {
    const { shared, publisher, records, clock, signal } = this.#options;
    const { podUid } = labels;
    const fresh: PodRecord = { startTimeMs: clock.now(), restartBase: {}, status: undefined, statusVersion: 0 };
    const worker = new PodWorker({
      ...shared,
      labels,
      desired,
      record: records.get(podUid) ?? fresh,
      reporting: publisher,
      starts: this.#starts,
      signal,
    });
    this.#workers.set(podUid, worker);
    void worker.run().then(() => {
      if (signal.aborted) return;
      this.#workers.delete(podUid);
      records.delete(podUid);
      publisher.forget(podUid);
      // Assigned once more while its worker was ending.
      if (worker.wanted) this.#begin(labels, worker.wanted);
      else this.#options.onGone(podUid);
    });
  }
}

function labelsOf({ pod }: DesiredPod): PodWorkerOptions['labels'] {
  return { podUid: pod.uid, podNamespace: pod.namespace, podName: pod.name };
}

export interface PodWorkersOptions {
  clock: Clock;
  log: Logger;
  runtime: ContainerRuntime;
  volumes: VolumeManager;
  shared: SharedOptions;
  publisher: PodPublisher;
  /** Of earlier processes, by pod uid. */
  records: Map<string, PodRecord>;
  /** Nothing of the pod is left, and it is not assigned. */
  onGone: (podUid: string) => void;
  /** Workers end without another step when it aborts; containers stay. */
  signal: AbortSignal;
}
