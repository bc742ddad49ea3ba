import type { ContainerState, ContainerStatus, Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { ageColumn, ageOf, nameColumn } from '../define.js';
import type { PrinterColumn } from '../definition.js';

const none = '<none>';

interface Summary {
  reason: string;
  ready: number;
  total: number;
  restarts: number;
  lastRestart: string | undefined;
}

export const podColumns: readonly PrinterColumn<Pod>[] = [
  nameColumn,
  { name: 'Ready', type: 'string', description: 'Containers that are ready, of all.', cell: (pod) => readyText(summarize(pod)) },
  { name: 'Status', type: 'string', description: 'What the pod is doing.', cell: (pod) => summarize(pod).reason },
  {
    name: 'Restarts',
    type: 'string',
    description: 'How often containers were restarted, and when last.',
    cell: (pod, nowMs) => restartsText(summarize(pod), nowMs),
  },
  ageColumn,
  { name: 'IP', type: 'string', priority: 1, description: "The pod's address.", cell: (pod) => pod.status?.podIP || none },
  { name: 'Node', type: 'string', priority: 1, description: 'Where it runs.', cell: (pod) => pod.spec.nodeName || none },
  {
    name: 'Nominated Node',
    type: 'string',
    priority: 1,
    description: 'Where it may run once others have left.',
    cell: (pod) => pod.status?.nominatedNodeName || none,
  },
  { name: 'Readiness Gates', type: 'string', priority: 1, description: 'Conditions met, of all.', cell: readinessGates },
];

function readyText({ ready, total }: Summary): string {
  return `${ready}/${total}`;
}

function restartsText({ restarts, lastRestart }: Summary, nowMs: number): string {
  return restarts > 0 && lastRestart !== undefined ? `${restarts} (${ageOf(lastRestart, nowMs)} ago)` : String(restarts);
}

function readinessGates(pod: Pod): string {
  const gates = pod.spec.readinessGates ?? [];
  if (gates.length === 0) return none;
  const met = gates.filter((gate) => isTrue(pod, gate.conditionType)).length;
  return `${met}/${gates.length}`;
}

/** What `kubectl get pods` shows: the most telling of phase, reasons and container states. */
function summarize(pod: Pod): Summary {
  const status = pod.status ?? {};
  const sidecars = (pod.spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  const summary: Summary = {
    reason: status.reason || status.phase || 'Unknown',
    ready: 0,
    total: pod.spec.containers.length + sidecars.length,
    restarts: 0,
    lastRestart: undefined,
  };
  const initializing = addInitContainers(summary, pod, new Set(sidecars.map((container) => container.name)));
  if (!initializing || isTrue(pod, 'Initialized')) addContainers(summary, pod);
  if (pod.metadata.deletionTimestamp !== undefined && !isTerminal(pod)) {
    summary.reason = status.reason === 'NodeLost' ? 'Unknown' : 'Terminating';
  }
  return summary;
}

/** @returns whether an init container is still to finish */
function addInitContainers(summary: Summary, pod: Pod, sidecars: ReadonlySet<string>): boolean {
  const statuses = pod.status?.initContainerStatuses ?? [];
  for (const [index, container] of statuses.entries()) {
    addRestarts(summary, container);
    const { terminated, waiting } = container.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (sidecars.has(container.name) && container.started === true) {
      if (container.ready) summary.ready += 1;
      continue;
    }
    if (terminated) summary.reason = `Init:${terminationText(terminated)}`;
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') summary.reason = `Init:${waiting.reason}`;
    else summary.reason = `Init:${index}/${pod.spec.initContainers?.length ?? 0}`;
    return true;
  }
  return false;
}

function addContainers(summary: Summary, pod: Pod): void {
  let running = false;
  for (const container of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    addRestarts(summary, container);
    const { terminated, waiting } = container.state ?? {};
    if (waiting?.reason) summary.reason = waiting.reason;
    else if (terminated) summary.reason = terminationText(terminated);
    else if (container.ready && container.state?.running) {
      running = true;
      summary.ready += 1;
    }
  }
  if (summary.reason === 'Completed' && running) summary.reason = isTrue(pod, 'Ready') ? 'Running' : 'NotReady';
}

function addRestarts(summary: Summary, container: ContainerStatus): void {
  summary.restarts += container.restartCount;
  const finishedAt = container.lastState?.terminated?.finishedAt;
  if (finishedAt !== undefined && (summary.lastRestart === undefined || finishedAt > summary.lastRestart)) {
    summary.lastRestart = finishedAt;
  }
}

function terminationText(terminated: NonNullable<ContainerState['terminated']>): string {
  if (terminated.reason) return terminated.reason;
  return terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`;
}

function isTrue(pod: Pod, type: string): boolean {
  return pod.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') === true;
}

function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}
