import type { ObservedContainer } from '../runtime/container-runtime.js';
import type { StopReason } from './container-intent.js';
import { nextGarbage } from './garbage.js';
import { planPod, type PodPlan } from './pod-plan.js';
import { engineKey, type PodSnapshot, sandboxKey, volumesKey } from './pod-snapshot.js';
import type { Step } from './step.js';
import { graceMs, killAtMs, restartKillAtMs, stopNow } from './stop-order.js';

/** A stop that is under way is begun again only when it must end at least this much earlier. */
const earlierMs = 500;

/**
 * The one thing to do next for a pod, or how long to wait. Depends on nothing but the
 * snapshot: an agent that was killed at any moment, and has lost all memory, carries on
 * from what the engine shows.
 */
export function nextStep(snapshot: PodSnapshot, plan: PodPlan = planPod(snapshot)): Step {
  const held = retryAtMs(snapshot, engineKey);
  if (held !== undefined) return { kind: 'Wait', untilMs: held, reason: 'the last step failed' };
  switch (plan.mode) {
    case 'run':
      return runStep(snapshot, plan);
    case 'finish':
      return finishStep(snapshot);
    case 'stop':
      return stopStep(snapshot);
  }
}

function runStep(snapshot: PodSnapshot, plan: PodPlan): Step {
  const restarts = [...plan.containers.values()].flatMap((intent) =>
    intent.kind === 'stop' ? [{ container: intent.container, because: intent.because }] : [],
  );
  const surplus = plan.surplus.map((container) => ({ container, because: 'surplus' as const }));
  return (
    firstStop(snapshot, [...restarts, ...surplus]) ??
    imageStep(snapshot, plan) ??
    volumesStep(snapshot) ??
    sandboxStep(snapshot, plan) ??
    startStep(snapshot, plan) ??
    postStartStep(snapshot) ??
    nextGarbage(snapshot) ?? { kind: 'Wait', ...runWait(snapshot, plan) }
  );
}

/** A finished pod: what still runs (a sidecar, or all of it after its deadline) is stopped, exited containers keep their logs. */
function finishStep(snapshot: PodSnapshot): Step {
  const stopping = stopAll(snapshot, 'finished', snapshot.nowMs);
  if (stopping) return stopping;
  const sandbox = snapshot.observed.sandboxes.find(({ state }) => state !== 'exited');
  if (sandbox) return { kind: 'StopSandbox', attempt: sandbox.attempt };
  return nextGarbage(snapshot) ?? { kind: 'Wait', untilMs: undefined, reason: 'the pod has finished' };
}

/** A pod that must go: containers, sandboxes, files. */
function stopStep(snapshot: PodSnapshot): Step {
  // Without grace the sandbox goes at once, and everything in it.
  const stopping = graceMs(snapshot) > 0 && stopAll(snapshot, 'deleted', snapshot.record.stopSinceMs ?? snapshot.nowMs);
  if (stopping) return stopping;
  const sandbox = snapshot.observed.sandboxes[0];
  if (sandbox) return { kind: 'RemoveSandbox', attempt: sandbox.attempt };
  const container = snapshot.observed.containers[0];
  if (container) return { kind: 'RemoveContainer', id: container.id };
  return snapshot.tornDown ? { kind: 'Done' } : { kind: 'Teardown' };
}

function stopAll(snapshot: PodSnapshot, because: StopReason, sinceMs: number): Step | undefined {
  const running = snapshot.observed.containers.filter(({ state }) => state === 'running');
  if (running.length === 0) return undefined;
  const due = stopNow(snapshot.desired, running).map((container) => ({ container, because }));
  return (
    firstStop(snapshot, due, killAtMs(snapshot, sinceMs)) ?? {
      kind: 'Wait',
      untilMs: undefined,
      reason: 'containers are stopping',
    }
  );
}

function firstStop(
  snapshot: PodSnapshot,
  due: readonly { container: ObservedContainer; because: StopReason }[],
  deadlineMs?: number,
): Step | undefined {
  for (const { container, because } of due) {
    const { name, id } = container;
    const killMs = deadlineMs ?? restartKillAtMs(snapshot, name, because);
    const begun = snapshot.stopping.get(id) ?? Infinity;
    if (begun > killMs + earlierMs) return { kind: 'StopContainer', container: name, id, because, killAtMs: killMs };
  }
  return undefined;
}

/** Containers that only wait for their start; pulls of all of them begin before anything else is done. */
function startable({ containers }: PodPlan): { name: string; attempt: number; discard?: string }[] {
  return [...containers].flatMap(([name, intent]) => (intent.kind === 'start' ? [{ name, ...intent }] : []));
}

function imageStep(snapshot: PodSnapshot, plan: PodPlan): Step | undefined {
  const next = startable(plan).find(({ name }) => {
    const image = snapshot.images.get(name);
    return !image || snapshot.imagesToAsk.has(name) || (image.state === 'failed' && image.retryAtMs <= snapshot.nowMs);
  });
  return next && { kind: 'EnsureImage', container: next.name };
}

function volumesStep(snapshot: PodSnapshot): Step | undefined {
  if (snapshot.volumes === 'ready' || retryAtMs(snapshot, volumesKey) !== undefined) return undefined;
  return { kind: 'PrepareVolumes' };
}

function sandboxStep(snapshot: PodSnapshot, plan: PodPlan): Step | undefined {
  if (plan.sandbox.kind !== 'start' || snapshot.volumes === 'missing') return undefined;
  // What joined the old sandbox has to go before a new one takes the pod's place.
  if (snapshot.observed.containers.some(({ state }) => state === 'running')) return undefined;
  if (retryAtMs(snapshot, sandboxKey) !== undefined) return undefined;
  return { kind: 'StartSandbox', attempt: plan.sandbox.attempt };
}

function startStep(snapshot: PodSnapshot, plan: PodPlan): Step | undefined {
  if (plan.sandbox.kind !== 'keep' || snapshot.volumes === 'missing') return undefined;
  const next = startable(plan).find(({ name }) => snapshot.images.get(name)?.state === 'present');
  if (!next) return undefined;
  if (next.discard !== undefined) return { kind: 'RemoveContainer', id: next.discard };
  return {
    kind: 'StartContainer',
    container: next.name,
    attempt: next.attempt,
    sandboxAttempt: plan.sandbox.sandbox.attempt,
  };
}

function postStartStep(snapshot: PodSnapshot): Step | undefined {
  const next = snapshot.observed.containers.find(
    ({ id, state }) => state === 'running' && snapshot.postStart.get(id) === 'pending',
  );
  return next && { kind: 'RunPostStart', container: next.name, id: next.id };
}

/** The earliest moment at which time alone makes a step due. */
function runWait(snapshot: PodSnapshot, plan: PodPlan): { untilMs: number | undefined; reason: string } {
  const moments: { atMs: number; reason: string }[] = [];
  for (const [name, intent] of plan.containers) {
    if (intent.kind === 'backoff') moments.push({ atMs: intent.untilMs, reason: `back-off of container ${name}` });
    if (intent.kind === 'failing') moments.push({ atMs: intent.untilMs, reason: `retry of container ${name}` });
    const image = intent.kind === 'start' ? snapshot.images.get(name) : undefined;
    if (image?.state === 'failed') moments.push({ atMs: image.retryAtMs, reason: `image of container ${name}` });
  }
  for (const key of [sandboxKey, volumesKey]) {
    const atMs = retryAtMs(snapshot, key);
    if (atMs !== undefined) moments.push({ atMs, reason: `retry of ${key}` });
  }
  const deadlineSeconds = snapshot.desired?.spec.activeDeadlineSeconds ?? 0;
  if (deadlineSeconds > 0) {
    moments.push({ atMs: snapshot.record.startTimeMs + deadlineSeconds * 1000, reason: 'the deadline of the pod' });
  }
  const first = moments.sort((a, b) => a.atMs - b.atMs)[0];
  return first ? { untilMs: first.atMs, reason: first.reason } : { untilMs: undefined, reason: 'as it should be' };
}

/** When a failed step may be tried again; undefined: now. */
function retryAtMs(snapshot: PodSnapshot, key: string): number | undefined {
  const failure = snapshot.failures.get(key);
  return failure && failure.retryAtMs > snapshot.nowMs ? failure.retryAtMs : undefined;
}
