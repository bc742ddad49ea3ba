import { WorkQueue } from '../../lib/async/work-queue.js';
import type { Clock } from '../../lib/clock/clock.js';
import { isError, LongshoreError } from '../../lib/errors/errors.js';
import type { Task } from '../../lib/lifecycle/supervise.js';
import type { Logger } from '../../lib/log/logger.js';
import type { Informer, KubeObject } from '../resources/client.js';
import type { ControllerMetrics } from './controller-metrics.js';

export interface ReconcileResult {
  /** Reconcile the key again after this long, even if nothing changes. */
  requeueAfterMs?: number;
}

export interface ControllerLoopOptions {
  /** In logs and metrics; for example 'replica-set'. */
  name: string;
  clock: Clock;
  log: Logger;
  metrics: ControllerMetrics;
  /** Keys worked on side by side. Default 4. */
  workers?: number;
  /** Caches that must hold their first list before the first reconcile. */
  informers: readonly Pick<Informer<KubeObject>, 'synced'>[];
  /**
   * Subscribes to informers; handlers only call `loop.add`. Called once by `run`.
   * @returns what unsubscribes
   */
  watch(loop: ControllerLoop): (() => void)[];
  /** Brings one key to what it should be. Idempotent; a throw is retried with backoff. */
  reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult | void>;
}

/**
 * The frame of every controller: changes enqueue keys, workers reconcile them. One key is
 * never in two workers at once. A failed key comes back after 5 ms to 30 s, growing and
 * jittered; a lost race (Conflict, AlreadyExists, NotFound: the cache lagged behind the
 * store) does too, but is no error.
 */
export class ControllerLoop implements Task {
  readonly name: string;
  readonly #options: ControllerLoopOptions;
  readonly #queue: WorkQueue;
  readonly #log: Logger;

  constructor(options: ControllerLoopOptions) {
    this.name = `${options.name}-controller`;
    this.#options = options;
    this.#log = options.log.child({ controller: options.name });
    this.#queue = new WorkQueue({ clock: options.clock, backoff: { initialMs: 5, maxMs: 30_000, jitter: 0.5 } });
  }

  add(key: string): void {
    this.#queue.add(key);
    this.#measureDepth();
  }

  /** Of several delays of one key the earliest wins. */
  addAfter(key: string, ms: number): void {
    this.#queue.addAfter(key, ms);
  }

  /** Works until `signal` aborts; reconciles under way are told and awaited. */
  async run(signal: AbortSignal): Promise<void> {
    const { informers, workers = 4 } = this.#options;
    await Promise.all(informers.map((informer) => informer.synced(signal)));
    const unsubscribe = this.#options.watch(this);
    const close = (): void => this.#queue.close();
    signal.addEventListener('abort', close, { once: true });
    if (signal.aborted) close();
    try {
      await Promise.all(Array.from({ length: workers }, () => this.#work(signal)));
    } finally {
      signal.removeEventListener('abort', close);
      for (const stop of unsubscribe) stop();
    }
  }

  async #work(signal: AbortSignal): Promise<void> {
    for (;;) {
      const key = await this.#queue.next();
      if (key === undefined) return;
      this.#measureDepth();
      await this.#reconcile(key, signal);
      this.#queue.done(key);
    }
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<void> {
    const { metrics, name } = this.#options;
    const stop = metrics.duration.startTimer({ controller: name });
    try {
      const result = await this.#options.reconcile(key, signal);
      this.#queue.forget(key);
      if (result?.requeueAfterMs !== undefined) this.#queue.addAfter(key, result.requeueAfterMs);
    } catch (thrown) {
      if (signal.aborted) return;
      const error = LongshoreError.from(thrown);
      if (isError(error, 'Conflict', 'AlreadyExists', 'NotFound'))
        this.#log.debug('lost a race, reconciling again', { key, error });
      else {
        metrics.errors.inc({ controller: name });
        this.#log.error('reconcile failed, retrying', { key, error });
      }
      this.#queue.addRateLimited(key);
    } finally {
      stop();
    }
  }

  #measureDepth(): void {
    this.#options.metrics.depth.set({ controller: this.#options.name }, this.#queue.length);
  }
}
