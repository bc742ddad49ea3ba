import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { Node, Pod } from '../../lib/kubernetes/types/core-v1.js';
import type { Logger } from '../../lib/log/logger.js';
import { keyOf, type Informer, type ResourceClient } from '../resources/client.js';
import { computePlacement } from './compute-placement.js';
import { ClusterCache } from './model/cluster-cache.js';
import { isTerminal, podInfo, type PodInfo } from './model/pod-info.js';
import { computeNodeChanges, isNewToScheduling } from './node-changes.js';
import { PodWriter, type SchedulerEvents } from './pod-writer.js';
import { SchedulingQueue, type PodRef, type SchedulingQueueOptions } from './queue/scheduling-queue.js';

export interface SchedulerOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly pods: { readonly client: ResourceClient<Pod>; readonly informer: Informer<Pod> };
  readonly nodes: { readonly informer: Informer<Node> };
  readonly events: SchedulerEvents;
  /** Uniform in [0, 1); decides between equally good nodes. Default Math.random. */
  readonly random?: () => number;
  readonly queue?: Omit<SchedulingQueueOptions, 'clock'>;
}

const schedulerName = 'default-scheduler';
/** Longest stretch of placing pods without letting the event loop turn. */
const sliceMs = 2;
const sliceMaxPods = 32;
const maxWritesInFlight = 64;

/**
 * Gives every waiting pod a node. Placing is a pure computation over the cache, one pod at
 * a time; the writes that follow run side by side. Until a binding comes back through the
 * informer the cache counts it as made (assumed), so no node is filled twice.
 */
export class Scheduler {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #pods: Informer<Pod>;
  readonly #nodes: Informer<Node>;
  readonly #writer: PodWriter;
  readonly #random: () => number;
  readonly #cache = new ClusterCache();
  readonly #queue: SchedulingQueue;
  readonly #writes = new Set<Promise<void>>();

  constructor(options: SchedulerOptions) {
    const { clock, log, pods, nodes, events } = options;
    this.#clock = clock;
    this.#log = log;
    this.#pods = pods.informer;
    this.#nodes = nodes.informer;
    this.#writer = new PodWriter({ clock, pods: pods.client, events });
    this.#random = options.random ?? Math.random;
    this.#queue = new SchedulingQueue({ clock, ...options.queue });
  }

  /** How many pods wait for a node, and how. */
  pending(): { active: number; backoff: number; unschedulable: number } {
    return this.#queue.counts();
  }

  /** Schedules until `signal` aborts, then lets the writes under way finish. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      await Promise.all([this.#nodes.synced(signal), this.#pods.synced(signal)]);
    } catch (thrown) {
      if (signal.aborted) return;
      throw thrown;
    }
    const unsubscribe = [
      this.#nodes.onChange((current, previous) => {
        this.#onNode(current, previous);
      }),
      this.#pods.onChange((current, previous) => {
        this.#onPod(current, previous);
      }),
    ];
    try {
      while (!signal.aborted) {
        await this.#queue.ready(signal);
        this.#placeSome();
        if (this.#writes.size >= maxWritesInFlight) await Promise.race(this.#writes);
        else await nextTurn();
      }
    } finally {
      for (const stop of unsubscribe) stop();
      this.#queue.clear();
      await Promise.all(this.#writes);
    }
  }

  #placeSome(): void {
    const startMs = this.#clock.monotonic();
    for (let count = 0; count < sliceMaxPods && this.#writes.size < maxWritesInFlight; count++) {
      const next = this.#queue.next();
      if (!next) return;
      this.#place(next);
      if (this.#clock.monotonic() - startMs >= sliceMs) return;
    }
  }

  #place({ uid, namespace, name }: PodRef): void {
    const pod = this.#pods.get(namespace, name);
    if (pod?.metadata.uid !== uid || !waitsForNode(pod)) {
      this.#queue.delete(uid);
      return;
    }
    const info = podInfo(pod);
    const placement = computePlacement(info, this.#cache, { random: this.#random });
    if (placement.kind === 'placed') {
      this.#cache.assume(info, placement.nodeName);
      this.#inBackground(this.#bind(info, placement.nodeName));
      return;
    }
    // Parked before anything is written: no change of the cluster can slip between.
    this.#queue.park(uid, placement.rejectedBy);
    const { message } = placement;
    this.#log.debug('pod fits nowhere', { pod: keyOf(pod), podUid: uid, message });
    this.#inBackground(this.#report(pod, this.#writer.reportUnschedulable(pod, message)));
  }

  async #bind({ pod, uid }: PodInfo, nodeName: string): Promise<void> {
    const fields = { pod: keyOf(pod), podUid: uid, node: nodeName };
    try {
      const outcome = await this.#writer.bind(pod, nodeName);
      this.#log.debug('pod placed', { ...fields, outcome });
      // A bound pod stays assumed until the informer tells of it; what became of a lost one, the informer tells, too.
      if (outcome === 'lost') this.#cache.forget(uid);
      this.#queue.delete(uid);
    } catch (thrown) {
      this.#cache.forget(uid);
      this.#queue.backOff(uid);
      this.#log.warn('binding failed, trying again', { ...fields, error: LongshoreError.from(thrown) });
    }
  }

  async #report(pod: Pod, writing: Promise<void>): Promise<void> {
    try {
      await writing;
    } catch (thrown) {
      // The next attempt at the pod reports again; a gated one is reported with its next change.
      this.#queue.retry(pod.metadata.uid ?? '');
      this.#log.warn('reporting a waiting pod failed', { pod: keyOf(pod), error: LongshoreError.from(thrown) });
    }
  }

  #inBackground(writing: Promise<void>): void {
    const tracked: Promise<void> = writing.finally(() => this.#writes.delete(tracked));
    this.#writes.add(tracked);
  }

  #onNode(current: Node | undefined, previous: Node | undefined): void {
    if (!current) {
      if (previous) this.#cache.removeNode(previous.metadata.name);
      return;
    }
    this.#cache.setNode(current);
    for (const change of computeNodeChanges(current, previous)) this.#queue.moveOn(change);
  }

  #onPod(current: Pod | undefined, previous: Pod | undefined): void {
    const replaced = previous && current && previous.metadata.uid !== current.metadata.uid;
    if (previous && (!current || replaced)) this.#onPodGone(previous);
    if (!current) return;
    if (current.spec.nodeName) this.#onAssignedPod(current, replaced ? undefined : previous);
    else this.#onWaitingPod(current, replaced ? undefined : previous);
  }

  #onPodGone({ metadata: { uid = '' } }: Pod): void {
    this.#queue.delete(uid);
    if (this.#cache.removePod(uid)) this.#queue.moveOn('AssignedPodRemoved');
  }

  #onAssignedPod(pod: Pod, previous: Pod | undefined): void {
    if (isTerminal(pod)) {
      this.#onPodGone(pod);
      return;
    }
    this.#queue.delete(pod.metadata.uid ?? '');
    this.#cache.setPod(pod);
    if (!previous?.spec.nodeName || isNewToScheduling(pod, previous)) this.#queue.moveOn('AssignedPodAdded');
  }

  #onWaitingPod(pod: Pod, previous: Pod | undefined): void {
    const { uid = '', namespace = '', name } = pod.metadata;
    if (this.#cache.isAssumed(uid)) return;
    if (isGated(pod)) this.#inBackground(this.#report(pod, this.#writer.reportGated(pod)));
    if (!waitsForNode(pod)) this.#queue.delete(uid);
    else if (!this.#queue.has(uid) || isNewToScheduling(pod, previous))
      this.#queue.add({ uid, namespace, name }, pod.spec.priority ?? 0);
  }
}

/** Whether the pod is one for this scheduler to place. */
function waitsForNode(pod: Pod): boolean {
  return isOurs(pod) && !pod.spec.nodeName && (pod.spec.schedulingGates ?? []).length === 0;
}

function isGated(pod: Pod): boolean {
  return isOurs(pod) && (pod.spec.schedulingGates ?? []).length > 0;
}

function isOurs(pod: Pod): boolean {
  return (
    (pod.spec.schedulerName ?? schedulerName) === schedulerName &&
    pod.metadata.deletionTimestamp === undefined &&
    !isTerminal(pod)
  );
}
