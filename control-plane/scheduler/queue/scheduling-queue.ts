import { backoffDelay } from '../../../lib/async/backoff.js';
import type { Clock } from '../../../lib/clock/clock.js';
import type { ClusterChange, Filter } from '../filters/filter.js';
import { PriorityFifo } from './priority-fifo.js';

export interface SchedulingQueueOptions {
  readonly clock: Clock;
  /** Delay before a second attempt; doubles with each. Default 1,000. */
  readonly initialBackoffMs?: number;
  /** Default 10,000. */
  readonly maxBackoffMs?: number;
  /** After this long, a pod that fits nowhere is tried again although nothing relevant changed. Default 300,000. */
  readonly maxUnschedulableMs?: number;
}

/** A pod in the queue. The uid tells it from an earlier pod of the same name. */
export interface PodRef {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
}

interface QueuedPod {
  readonly ref: PodRef;
  readonly priority: number;
  attempts: number;
  lastAttemptMs: number;
  state: QueueState;
}

type QueueState =
  | { readonly kind: 'active' | 'inFlight' }
  | { readonly kind: 'backoff'; readonly cancelTimer: () => void }
  | { readonly kind: 'unschedulable'; readonly rejectedBy: readonly Filter[]; readonly cancelTimer: () => void };

/**
 * The pods that wait for a node, by uid.
 *
 *   add -> active --(next)--> inFlight --(delete: bound)--> gone
 *           ^  ^                 | backOff          | park
 *           |  |                 v                  v
 *           |  +-----(time)-- backoff <-(moveOn)- unschedulable
 *           +----(moveOn with its backoff over; add; time)-+
 */
export class SchedulingQueue {
  readonly #clock: Clock;
  readonly #backoff: { initialMs: number; maxMs: number; jitter: number };
  readonly #maxUnschedulableMs: number;
  readonly #pods = new Map<string, QueuedPod>();
  readonly #active = new PriorityFifo<QueuedPod>();
  readonly #unschedulable = new Set<QueuedPod>();
  #wake: (() => void) | undefined;

  constructor(options: SchedulingQueueOptions) {
    this.#clock = options.clock;
    this.#backoff = { initialMs: options.initialBackoffMs ?? 1_000, maxMs: options.maxBackoffMs ?? 10_000, jitter: 0 };
    this.#maxUnschedulableMs = options.maxUnschedulableMs ?? 300_000;
  }

  has(uid: string): boolean {
    return this.#pods.has(uid);
  }

  /** How many pods wait, those in flight left out. */
  counts(): { active: number; backoff: number; unschedulable: number } {
    const counts = { active: 0, backoff: 0, unschedulable: 0 };
    for (const { state } of this.#pods.values()) if (state.kind !== 'inFlight') counts[state.kind]++;
    return counts;
  }

  /** A new pod, or one that has changed so that it is worth another try at once. One in flight stays there. */
  add(ref: PodRef, priority: number): void {
    const known = this.#pods.get(ref.uid);
    if (known?.state.kind === 'inFlight') return;
    if (known) this.#leaveState(known);
    const { attempts, lastAttemptMs } = known ?? { attempts: 0, lastAttemptMs: 0 };
    const pod: QueuedPod = { ref, priority, attempts, lastAttemptMs, state: { kind: 'active' } };
    this.#pods.set(ref.uid, pod);
    this.#activate(pod);
  }

  /** The pod is bound, gone, or no longer ours. */
  delete(uid: string): void {
    const pod = this.#pods.get(uid);
    if (!pod) return;
    this.#leaveState(pod);
    this.#pods.delete(uid);
  }

  /** Takes the next pod in flight; undefined when none is active. */
  next(): PodRef | undefined {
    const pod = this.#active.shift();
    if (!pod) return undefined;
    pod.state = { kind: 'inFlight' };
    pod.attempts++;
    pod.lastAttemptMs = this.#clock.monotonic();
    return pod.ref;
  }

  /** The pod in flight fits nowhere: it waits for a change that one of `rejectedBy` cares about, or for a new node. */
  park(uid: string, rejectedBy: readonly Filter[]): void {
    const pod = this.#pods.get(uid);
    if (pod?.state.kind !== 'inFlight') return;
    const cancelTimer = this.#clock.after(this.#maxUnschedulableMs, () => {
      this.#activate(pod);
    });
    pod.state = { kind: 'unschedulable', rejectedBy, cancelTimer };
    this.#unschedulable.add(pod);
  }

  /** The attempt in flight failed for a reason that time may heal. */
  backOff(uid: string): void {
    const pod = this.#pods.get(uid);
    if (pod?.state.kind === 'inFlight') this.#enterBackoff(pod);
  }

  /** A parked pod is to be tried again although nothing changed: saying why it waits has failed. */
  retry(uid: string): void {
    const pod = this.#pods.get(uid);
    if (pod?.state.kind !== 'unschedulable') return;
    this.#leaveState(pod);
    this.#enterBackoff(pod);
  }

  /** Gives the pods that `change` may help another try. */
  moveOn(change: ClusterChange): void {
    for (const pod of this.#unschedulable) {
      if (pod.state.kind !== 'unschedulable') continue;
      const helps = change === 'NodeAdded' || pod.state.rejectedBy.some(({ mayPassAfter }) => mayPassAfter.includes(change));
      if (!helps) continue;
      this.#leaveState(pod);
      this.#enterBackoff(pod);
    }
  }

  /** Resolves once a pod is active, or `signal` aborts. */
  async ready(signal: AbortSignal): Promise<void> {
    if (this.#active.size > 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        this.#wake = undefined;
        resolve();
      };
      this.#wake = wake;
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  /** Drops all pods and their timers. */
  clear(): void {
    for (const uid of [...this.#pods.keys()]) this.delete(uid);
  }

  #activate(pod: QueuedPod): void {
    this.#unschedulable.delete(pod);
    pod.state = { kind: 'active' };
    this.#active.add(pod, pod.priority);
    this.#wake?.();
  }

  /** Waits for the rest of the pod's backoff, if any is left. */
  #enterBackoff(pod: QueuedPod): void {
    const endsMs = pod.lastAttemptMs + backoffDelay(pod.attempts, this.#backoff);
    const restMs = endsMs - this.#clock.monotonic();
    if (restMs <= 0) {
      this.#activate(pod);
      return;
    }
    const cancelTimer = this.#clock.after(restMs, () => {
      this.#activate(pod);
    });
    pod.state = { kind: 'backoff', cancelTimer };
  }

  #leaveState(pod: QueuedPod): void {
    switch (pod.state.kind) {
      case 'active':
        this.#active.delete(pod, pod.priority);
        return;
      case 'unschedulable':
        this.#unschedulable.delete(pod);
        pod.state.cancelTimer();
        return;
      case 'backoff':
        pod.state.cancelTimer();
        return;
      case 'inFlight':
        return;
    }
  }
}
