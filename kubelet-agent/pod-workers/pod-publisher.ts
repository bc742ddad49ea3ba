import type { ContainerStatus, PodStatus } from '../../proto/gen/longshore/node/v1/pod_status.js';
import { PodStatus as PodStatusMessage } from '../../proto/gen/longshore/node/v1/pod_status.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { ProbedContainer, ProbeManager } from '../probes/probe-manager.js';
import { computeStatus } from '../status/compute-status.js';
import { containerId } from '../status/container-state.js';
import type { EventRecorder } from '../status/event-recorder.js';
import type { StatusReporter } from '../status/status-reporter.js';
import type { ContainerFactFinder } from './container-facts.js';
import { type DesiredPod, fieldPathOf, findContainer } from './desired-pod.js';
import type { NodeContext } from './node-context.js';
import type { PodRecord } from './pod-record.js';
import type { ProbeVerdict } from './pod-snapshot.js';
import type { PodLook, PodReporting } from './pod-worker.js';

/** Turns what a worker sees into a reported status, a record on disk, probes and events. */
export class PodPublisher implements PodReporting {
  readonly #node: () => NodeContext;
  readonly #facts: ContainerFactFinder;
  readonly #probes: ProbeManager;
  readonly #reporter: StatusReporter;
  readonly #records: Checkpoint<PodRecord>;
  readonly #events: EventRecorder;
  /** By pod uid: reported by this process. */
  readonly #reported = new Map<string, { record: PodRecord; stopped: boolean; backoffs: Set<string> }>();

  constructor(options: {
    node: () => NodeContext;
    facts: ContainerFactFinder;
    probes: ProbeManager;
    reporter: StatusReporter;
    records: Checkpoint<PodRecord>;
    events: EventRecorder;
  }) {
    this.#node = options.node;
    this.#facts = options.facts;
    this.#probes = options.probes;
    this.#reporter = options.reporter;
    this.#records = options.records;
    this.#events = options.events;
  }

  verdicts(podUid: string): ReadonlyMap<string, ProbeVerdict> {
    return this.#probes.verdicts(podUid);
  }

  async publish(look: PodLook, signal: AbortSignal): Promise<PodRecord> {
    const { memory, snapshot, plan, record, stopped } = look;
    const { desired } = memory;
    // Nobody asked for it and nobody waits for its status: it only has to go.
    if (!desired || snapshot.removed) {
      this.#probes.remove(memory.observed.podUid);
      return record;
    }
    this.#syncProbes(desired, look);
    const facts = await this.#facts.find(memory, signal);
    const probed = { ...snapshot, probes: this.verdicts(desired.uid) };
    const { hostIp } = this.#node();
    const status = computeStatus({ desired, snapshot: probed, plan, facts, previous: record.status, hostIp });
    const before = this.#reported.get(desired.uid);
    const backoffs = this.#announceBackoffs(desired, look, before?.backoffs ?? new Set());
    const unchanged = before && before.stopped === stopped && sameStatus(record.status, status);
    if (unchanged && sameProgress(before.record, record)) return record;
    const { namespace, name } = desired.pod;
    const statusVersion = unchanged
      ? record.statusVersion
      : this.#reporter.report({ namespace, name, uid: desired.uid, status, stopped });
    const published: PodRecord = { ...record, status, statusVersion };
    this.#reported.set(desired.uid, { record: published, stopped, backoffs });
    this.#records.put(desired.uid, published);
    return published;
  }

  /** The pod is gone, from the control plane too. */
  forget(podUid: string): void {
    this.#probes.remove(podUid);
    this.#facts.forget(podUid);
    this.#reporter.forget(podUid);
    this.#records.delete(podUid);
    this.#reported.delete(podUid);
  }

  #syncProbes(desired: DesiredPod, { memory, plan, record }: PodLook): void {
    const running = memory.observed.containers.flatMap((seen): ProbedContainer[] => {
      const container = findContainer(desired.spec, seen.name);
      if (!container || seen.state !== 'running' || memory.postStart.has(seen.id)) return [];
      return [{ container, id: seen.id, startedAtMs: seen.startedAtMs, before: knownBefore(record.status, containerId(seen)) }];
    });
    this.#probes.sync(desired, memory.podIp(this.#node()), running, plan.mode !== 'run');
  }

  /** One BackOff event for each attempt that has to wait. */
  #announceBackoffs({ spec, pod }: DesiredPod, { plan }: PodLook, announced: Set<string>): Set<string> {
    const waiting = new Set<string>();
    for (const [name, intent] of plan.containers) {
      if (intent.kind !== 'backoff') continue;
      waiting.add(intent.last.id);
      if (announced.has(intent.last.id)) continue;
      const message = `Back-off restarting failed container ${name} in pod ${pod.name}_${pod.namespace}(${pod.uid})`;
      this.#events.record({ pod, fieldPath: fieldPathOf(spec, name), type: 'Warning', reason: 'BackOff', message });
    }
    return waiting;
  }
}

/** What was reported of a container by the agent before this one, or earlier by this one. */
function knownBefore(status: PodStatus | undefined, id: string): { started: boolean; ready: boolean } | undefined {
  const known: ContainerStatus | undefined = [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
  ].find((candidate) => candidate.containerId === id && candidate.state?.state?.$case === 'running');
  return known && { started: known.started, ready: known.ready };
}

function sameStatus(a: PodStatus | undefined, b: PodStatus): boolean {
  return a !== undefined && Buffer.compare(PodStatusMessage.encode(a).finish(), PodStatusMessage.encode(b).finish()) === 0;
}

function sameProgress(a: PodRecord, b: PodRecord): boolean {
  return a.outcome === b.outcome && a.stopSinceMs === b.stopSinceMs && a.restartBase === b.restartBase;
}
