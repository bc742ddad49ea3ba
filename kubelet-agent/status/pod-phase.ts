import type { ContainerStatus } from '../../proto/gen/longshore/node/v1/pod_status.js';
import type { PodSpec } from '../../proto/gen/longshore/node/v1/pod.js';
import { isSidecar } from '../pod-workers/desired-pod.js';
import { terminatedOf } from './container-state.js';

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/**
 * The phase of a pod that its containers' states amount to, by Kubernetes' rules.
 * @param over nothing of the pod will run any more
 */
export function podPhase(
  spec: PodSpec,
  init: readonly ContainerStatus[],
  regular: readonly ContainerStatus[],
  over: boolean,
): PodPhase {
  if (over)
    return regular.length > 0 && regular.every(succeeded) && init.every((status, i) => isDone(spec, status, i))
      ? 'Succeeded'
      : 'Failed';
  if (!regular.some(({ state }) => state?.state?.$case === 'running') && !init.every((status, i) => isDone(spec, status, i))) {
    return regular.some(hasRun) ? 'Running' : 'Pending';
  }
  return regular.every((status) => status.state?.state?.$case === 'running' || hasRun(status)) ? 'Running' : 'Pending';
}

/** Whether an init container lets the next one begin. */
export function isDone(spec: PodSpec, status: ContainerStatus, index: number): boolean {
  const container = spec.initContainers[index];
  if (container && isSidecar(container)) return status.started || terminatedOf(status.state) !== undefined;
  return succeeded(status);
}

function succeeded({ state }: ContainerStatus): boolean {
  return terminatedOf(state)?.exitCode === 0;
}

function hasRun({ state, lastState }: ContainerStatus): boolean {
  return terminatedOf(state) !== undefined || terminatedOf(lastState) !== undefined;
}
