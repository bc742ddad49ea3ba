import type { ObservedContainer, ObservedSandbox } from '../runtime/container-runtime.js';
import { type ContainerIntent, intentOf, verdictOf } from './container-intent.js';
import { type DesiredPod, isSidecar } from './desired-pod.js';
import type { PodOutcome, PodSnapshot } from './pod-snapshot.js';

/**
 * What a pod should look like next. Both the next step and the reported status are read
 * off it, so they cannot contradict each other.
 *
 *   run ----(every container has finished, deadline exceeded)----> finish    (latched)
 *    \________________(deleted, or no longer assigned)_______________\____> stop
 */
export interface PodPlan {
  mode: 'run' | 'finish' | 'stop';
  /** Of finish; of stop, the one that was reached before. */
  outcome: PodOutcome | undefined;
  sandbox: SandboxIntent;
  /** By container name. */
  containers: ReadonlyMap<string, ContainerIntent>;
  /** Running containers that nothing asks for: an older attempt beside a newer one, a name that the pod has not. */
  surplus: readonly ObservedContainer[];
}

export type SandboxIntent = { kind: 'keep'; sandbox: ObservedSandbox } | { kind: 'start'; attempt: number } | { kind: 'none' };

export function planPod(snapshot: PodSnapshot): PodPlan {
  const { desired, record } = snapshot;
  const reached = record.outcome ?? (desired && recordedOutcome(desired));
  if (!desired || snapshot.removed || desired.deletionGraceSeconds !== undefined) {
    return withoutWork('stop', snapshot, 'deleted', reached);
  }
  const decided = reached ?? exceededDeadline(snapshot, desired);
  if (decided) return withoutWork('finish', snapshot, 'finished', decided);
  const plan = runningPlan(snapshot, desired);
  const outcome = outcomeOf(plan, desired);
  return outcome ? withoutWork('finish', snapshot, 'finished', outcome) : plan;
}

function runningPlan(snapshot: PodSnapshot, desired: DesiredPod): PodPlan {
  const sandbox = sandboxIntent(snapshot);
  const attempt = sandbox.kind === 'keep' ? sandbox.sandbox.attempt : undefined;
  const containers = new Map<string, ContainerIntent>();
  const initializedBefore = desired.spec.containers.some(({ name }) =>
    snapshot.observed.containers.some((seen) => seen.name === name && seen.sandboxAttempt === attempt),
  );
  let open = true;
  for (const container of desired.spec.initContainers) {
    const sidecar = isSidecar(container);
    if (initializedBefore && !sidecar) {
      const last = snapshot.observed.containers.findLast((seen) => seen.name === container.name);
      if (last?.state === 'exited') containers.set(container.name, { kind: 'finished', last });
      continue;
    }
    const intent = intentOf(snapshot, container, sidecar ? 'sidecar' : 'init', attempt, open);
    containers.set(container.name, intent);
    const passed =
      intent.kind === 'run'
        ? sidecar && verdictOf(snapshot, container, intent.container.id).started
        : intent.kind === 'finished' && intent.last.exitCode === 0;
    open = initializedBefore || (open && passed);
  }
  for (const container of desired.spec.containers) {
    containers.set(container.name, intentOf(snapshot, container, 'regular', attempt, open));
  }
  return { mode: 'run', outcome: undefined, sandbox, containers, surplus: surplusOf(snapshot, containers) };
}

/** The newest sandbox while it runs; one that was made but not started is started; one that died is replaced. */
function sandboxIntent({ observed }: PodSnapshot): SandboxIntent {
  const newest = observed.sandboxes.reduce<ObservedSandbox | undefined>(
    (best, sandbox) => (best && best.attempt > sandbox.attempt ? best : sandbox),
    undefined,
  );
  if (newest?.state === 'running') return { kind: 'keep', sandbox: newest };
  if (newest?.state === 'created') return { kind: 'start', attempt: newest.attempt };
  const used = observed.containers.map((container) => container.sandboxAttempt);
  return { kind: 'start', attempt: Math.max(-1, newest?.attempt ?? -1, ...used) + 1 };
}

function surplusOf(snapshot: PodSnapshot, containers: ReadonlyMap<string, ContainerIntent>): ObservedContainer[] {
  const wanted = new Set([...containers.values()].map((intent) => ('container' in intent ? intent.container.id : undefined)));
  return snapshot.observed.containers.filter(({ id, state }) => state === 'running' && !wanted.has(id));
}

/** A plan for a pod that runs nothing any more: what runs is stopped, what has exited stays. */
function withoutWork(
  mode: 'finish' | 'stop',
  snapshot: PodSnapshot,
  because: 'finished' | 'deleted',
  outcome: PodOutcome | undefined,
): PodPlan {
  const containers = new Map<string, ContainerIntent>();
  const surplus: ObservedContainer[] = [];
  for (const container of [...snapshot.observed.containers].sort((a, b) => a.attempt - b.attempt)) {
    const before = containers.get(container.name);
    if (before?.kind === 'stop') surplus.push(before.container);
    if (container.state === 'running') containers.set(container.name, { kind: 'stop', container, because });
    else if (container.state === 'exited') containers.set(container.name, { kind: 'finished', last: container });
  }
  return { mode, outcome, sandbox: { kind: 'none' }, containers, surplus };
}

/** The end that the control plane knows of, though this node's record of it is lost, or the pod ended by another's decision. */
function recordedOutcome({ assignment: { finalPhase } }: DesiredPod): PodOutcome | undefined {
  return finalPhase === 'Succeeded' || finalPhase === 'Failed' ? { phase: finalPhase, reason: '', message: '' } : undefined;
}

function exceededDeadline({ record, nowMs }: PodSnapshot, { spec }: DesiredPod): PodOutcome | undefined {
  if (spec.activeDeadlineSeconds <= 0 || nowMs < record.startTimeMs + spec.activeDeadlineSeconds * 1000) return undefined;
  return {
    phase: 'Failed',
    reason: 'DeadlineExceeded',
    message: 'Pod was active on the node longer than the specified deadline',
  };
}

/** Succeeded or Failed once nothing of the pod will run again; sidecars do not count. */
function outcomeOf({ containers }: PodPlan, { spec }: DesiredPod): PodOutcome | undefined {
  const failedInit = spec.initContainers.some(({ name }) => {
    const intent = containers.get(name);
    return intent?.kind === 'finished' && intent.last.exitCode !== 0;
  });
  if (failedInit) return { phase: 'Failed', reason: '', message: '' };
  const ends = spec.containers.map(({ name }) => containers.get(name));
  if (!ends.every((intent) => intent?.kind === 'finished')) return undefined;
  const failed = ends.some((intent) => intent.last.exitCode !== 0);
  return { phase: failed ? 'Failed' : 'Succeeded', reason: '', message: '' };
}
