import type { ContainerStatus, Pod } from '../../kubernetes/types/core-v1.js';
import type { KubeObject } from '../objects.js';

/** A condition as all kinds have it. */
export interface StatusCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** Ready=False (ContainersNotReady: containers with unready status: [web]). */
export function describeCondition({ type, status, reason, message }: StatusCondition): string {
  const why = [reason, message].filter(Boolean).join(': ');
  return `${type}=${status}${why === '' ? '' : ` (${why})`}`;
}

/** The state of a pod, or how many of its pods a workload has, in one line; empty for other kinds. Pure. */
export function describeState(object: KubeObject): string {
  if (object.kind === 'Pod') return describePod(object as Pod);
  const { spec, status } = object as KubeObject & { spec?: { replicas?: number }; status?: { readyReplicas?: number } };
  if (spec?.replicas === undefined) return '';
  return `${status?.readyReplicas ?? 0} of ${spec.replicas} pods are ready`;
}

function describePod({ metadata, spec, status }: Pod): string {
  const place = spec.nodeName ? `on ${spec.nodeName}` : 'on no node';
  const phase = metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? 'Pending');
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const unscheduled = status?.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  return [
    `${phase} ${place}`,
    ...(status?.reason ? [`${status.reason}${status.message ? `: ${status.message}` : ''}`] : []),
    ...(unscheduled ? [describeCondition(unscheduled)] : []),
    ...statuses.flatMap(describeTrouble),
  ].join('; ');
}

/** What keeps a container from being ready; nothing for one that is, or that has done its work. */
function describeTrouble({ name, ready, state, lastState, restartCount }: ContainerStatus): string[] {
  if (ready || state?.terminated?.exitCode === 0) return [];
  const last = lastState?.terminated;
  const restarts = restartCount > 0 ? `, restarted ${restartCount} times` : '';
  const before = last ? `, ended before with ${last.exitCode} (${last.reason ?? 'no reason'})` : '';
  return [`container ${name} ${describeContainerState(state)}${restarts}${before}`];
}

function describeContainerState(state: ContainerStatus['state']): string {
  if (state?.waiting) {
    const { reason = 'no reason', message } = state.waiting;
    return `waits: ${reason}${message ? ` (${message})` : ''}`;
  }
  if (state?.terminated) {
    const { exitCode, reason = 'no reason', message } = state.terminated;
    return `ended with ${exitCode}: ${reason}${message ? ` (${message})` : ''}`;
  }
  return state?.running ? 'runs but is not ready' : 'has not started';
}
