import type { ContainerInspectInfo } from 'dockerode';
import type { ObservedContainer, ObservedPod, ObservedSandbox } from '../container-runtime.js';
import { parseLabels } from './labels.js';

type State = ObservedContainer['state'];

/** One of our containers, read from its inspection. */
export type Observed =
  | { kind: 'sandbox'; podUid: string; podNamespace: string; podName: string; sandbox: ObservedSandbox }
  | { kind: 'container'; podUid: string; podNamespace: string; podName: string; container: ObservedContainer };

/** Undefined when it does not carry our labels. Pure. */
export function readObserved(info: ContainerInspectInfo, networkName: string): Observed | undefined {
  const labels = parseLabels(info.Config.Labels);
  if (!labels) return undefined;
  const { podUid, podNamespace, podName, attempt, sandboxAttempt, specHash } = labels;
  const state = stateOf(info.State.Status, info.State);
  const createdAtMs = timeOf(info.Created);
  if (labels.kind === 'sandbox') {
    const ip = state === 'running' ? (info.NetworkSettings.Networks[networkName]?.IPAddress ?? '') : '';
    return { kind: 'sandbox', podUid, podNamespace, podName, sandbox: { id: info.Id, attempt, state, ip, createdAtMs } };
  }
  const error = state === 'exited' ? info.State.Error : '';
  const container: ObservedContainer = {
    id: info.Id,
    name: labels.container,
    kind: labels.kind,
    attempt,
    sandboxAttempt,
    state,
    image: info.Config.Image,
    imageId: info.Image,
    specHash,
    createdAtMs,
    startedAtMs: timeOf(info.State.StartedAt),
    // One that never started "finished" when it was created.
    finishedAtMs: state === 'exited' ? timeOf(info.State.FinishedAt) || createdAtMs : 0,
    exitCode: state === 'exited' ? info.State.ExitCode : 0,
    oomKilled: info.State.OOMKilled,
    error,
  };
  return { kind: 'container', podUid, podNamespace, podName, container };
}

/** Docker leaves what it could not start in "created", with the error: for us that has exited. */
function stateOf(status: string, { Error: error }: { Error: string }): State {
  switch (status) {
    case 'created':
      return error === '' ? 'created' : 'exited';
    case 'running':
    case 'paused':
    case 'restarting':
      return 'running';
    default:
      return 'exited';
  }
}

/** Docker writes year 1 for "never". */
function timeOf(text: string): number {
  return Math.max(0, Date.parse(text) || 0);
}

/** Groups by pod: sandboxes by attempt, containers by name and attempt. Pure. */
export function groupByPod(all: readonly Observed[]): ObservedPod[] {
  const pods = new Map<string, ObservedPod & { sandboxes: ObservedSandbox[]; containers: ObservedContainer[] }>();
  for (const one of all) {
    const { podUid, podNamespace, podName } = one;
    const pod = pods.get(podUid) ?? { podUid, podNamespace, podName, sandboxes: [], containers: [] };
    pods.set(podUid, pod);
    if (one.kind === 'sandbox') pod.sandboxes.push(one.sandbox);
    else pod.containers.push(one.container);
  }
  for (const pod of pods.values()) {
    pod.sandboxes.sort((a, b) => a.attempt - b.attempt);
    pod.containers.sort((a, b) => compareText(a.name, b.name) || a.attempt - b.attempt || a.sandboxAttempt - b.sandboxAttempt);
  }
  return [...pods.values()];
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
