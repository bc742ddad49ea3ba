import type { ContainerState, ContainerTerminated } from '../../proto/gen/longshore/node/v1/pod_status.js';
import type { ObservedContainer } from '../runtime/container-runtime.js';

export function runningState(container: ObservedContainer): ContainerState {
  return { state: { $case: 'running', value: { startedAt: new Date(container.startedAtMs) } } };
}

export function waitingState(reason: string, message = ''): ContainerState {
  return { state: { $case: 'waiting', value: { reason, message } } };
}

/** @param message what the container left in its termination log */
export function terminatedState(container: ObservedContainer, message: string): ContainerState {
  const value: ContainerTerminated = {
    exitCode: container.exitCode,
    signal: 0,
    reason: terminationReason(container),
    message: message || container.error,
    startedAt: container.startedAtMs > 0 ? new Date(container.startedAtMs) : undefined,
    finishedAt: container.finishedAtMs > 0 ? new Date(container.finishedAtMs) : undefined,
    containerId: containerId(container),
  };
  return { state: { $case: 'terminated', value } };
}

/** A container that ran and that the engine no longer has. */
export function lostState(id: string): ContainerState {
  const value: ContainerTerminated = {
    exitCode: 137,
    signal: 0,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was terminated',
    startedAt: undefined,
    finishedAt: undefined,
    containerId: id,
  };
  return { state: { $case: 'terminated', value } };
}

/** As Kubernetes names it: the engine, then the id. */
export function containerId(container: ObservedContainer): string {
  return `docker://${container.id}`;
}

export function terminatedOf(state: ContainerState | undefined): ContainerTerminated | undefined {
  return state?.state?.$case === 'terminated' ? state.state.value : undefined;
}

function terminationReason({ oomKilled, error, exitCode }: ObservedContainer): string {
  if (oomKilled) return 'OOMKilled';
  if (error !== '') return 'ContainerCannotRun';
  return exitCode === 0 ? 'Completed' : 'Error';
}
