import type { Container } from '../../proto/gen/longshore/node/v1/pod.js';
import type { ContainerStatus, PodStatus } from '../../proto/gen/longshore/node/v1/pod_status.js';
import { type DesiredPod, isSidecar } from '../pod-workers/desired-pod.js';
import type { PodPlan } from '../pod-workers/pod-plan.js';
import type { PodSnapshot } from '../pod-workers/pod-snapshot.js';
import { type ContainerFacts, containerStatus } from './container-status.js';
import { podConditions } from './pod-conditions.js';
import { type PodPhase, podPhase } from './pod-phase.js';

/**
 * What is reported of a pod. Depends on nothing but its arguments: the same observation
 * gives the same status, transition times included.
 * @param options.previous the status reported last, by this process or by the one before it
 */
export function computeStatus(options: {
  desired: DesiredPod;
  snapshot: PodSnapshot;
  plan: PodPlan;
  facts: ContainerFacts;
  previous: PodStatus | undefined;
  hostIp: string;
}): PodStatus {
  const { desired, snapshot, plan, previous, hostIp } = options;
  const { spec } = desired;
  const statusOf = (container: Container, known: readonly ContainerStatus[] = []): ContainerStatus => {
    const regular = spec.containers.includes(container);
    const role = regular ? 'regular' : isSidecar(container) ? 'sidecar' : 'init';
    return containerStatus(
      options,
      container,
      role,
      known.find(({ name }) => name === container.name),
    );
  };
  const init = spec.initContainers.map((container) => statusOf(container, previous?.initContainerStatuses));
  const regular = spec.containers.map((container) => statusOf(container, previous?.containerStatuses));
  const phase = phaseOf(snapshot, plan, () => podPhase(spec, init, regular, plan.mode === 'stop' && isQuiet(snapshot)));
  const sandbox = snapshot.observed.sandboxes.findLast(({ state }) => state === 'running');
  const podIp = spec.hostNetwork ? hostIp : sandbox?.ip;
  return {
    phase,
    conditions: podConditions({
      spec,
      phase,
      init,
      regular,
      hasNetwork: sandbox !== undefined && podIp !== undefined && podIp !== '',
      previous: previous?.conditions ?? [],
      nowMs: snapshot.nowMs,
    }),
    reason: plan.outcome?.reason ?? '',
    message: plan.outcome?.message ?? '',
    hostIp,
    podIp: (sandbox && podIp) || (previous?.podIp ?? ''),
    startTime: new Date(snapshot.record.startTimeMs),
    initContainerStatuses: init,
    containerStatuses: regular,
  };
}

/** A finished pod says so once nothing of it runs any more; until then it is Running. */
function phaseOf(snapshot: PodSnapshot, plan: PodPlan, fromContainers: () => PodPhase): PodPhase {
  return plan.outcome && isQuiet(snapshot) ? plan.outcome.phase : fromContainers();
}

function isQuiet({ observed }: PodSnapshot): boolean {
  return observed.containers.every(({ state }) => state !== 'running');
}
