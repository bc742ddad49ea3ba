import type {
  ContainerState as KubeContainerState,
  ContainerStatus as KubeContainerStatus,
  PodCondition as KubeCondition,
  PodStatus as KubePodStatus,
} from '../../../lib/kubernetes/types/core-v1.js';
import type {
  ContainerState,
  ContainerStatus,
  PodCondition,
  PodStatus,
} from '../../../proto/gen/longshore/node/v1/pod_status.js';

/**
 * The stored status with what the kubelet agent reports in it, in Kubernetes' JSON form.
 * What others own stays: qosClass, nominatedNodeName, conditions of types that the agent
 * does not report (PodScheduled, DisruptionTarget). A phase that is final stays too.
 */
export function mergePodStatus(stored: KubePodStatus | undefined, reported: PodStatus): KubePodStatus {
  const { hostIP, hostIPs, startTime, reason, message, ...kept } = stored ?? {};
  delete kept.podIP;
  delete kept.podIPs;
  const isFinal = stored?.phase === 'Succeeded' || stored?.phase === 'Failed';
  return {
    ...kept,
    phase: isFinal ? stored.phase : reported.phase,
    conditions: mergeConditions(stored?.conditions ?? [], reported.conditions),
    ...optional('reason', reported.reason || (isFinal ? reason : '')),
    ...optional('message', reported.message || (isFinal ? message : '')),
    ...(reported.hostIp ? { hostIP: reported.hostIp, hostIPs: [{ ip: reported.hostIp }] } : present({ hostIP, hostIPs })),
    ...(reported.podIp && { podIP: reported.podIp, podIPs: [{ ip: reported.podIp }] }),
    ...(reported.startTime ? { startTime: timestamp(reported.startTime) } : present({ startTime })),
    ...(reported.initContainerStatuses.length > 0 && {
      initContainerStatuses: reported.initContainerStatuses.map(containerStatus),
    }),
    containerStatuses: reported.containerStatuses.map(containerStatus),
  };
}

function mergeConditions(stored: readonly KubeCondition[], reported: readonly PodCondition[]): KubeCondition[] {
  const types = new Set(reported.map(({ type }) => type));
  return [...stored.filter(({ type }) => !types.has(type)), ...reported.map(condition)];
}

function condition({ type, status, reason, message, lastTransitionTime, lastProbeTime }: PodCondition): KubeCondition {
  return {
    type,
    status,
    ...optional('reason', reason),
    ...optional('message', message),
    ...(lastTransitionTime && { lastTransitionTime: timestamp(lastTransitionTime) }),
    ...(lastProbeTime && { lastProbeTime: timestamp(lastProbeTime) }),
  };
}

function containerStatus(source: ContainerStatus): KubeContainerStatus {
  return {
    name: source.name,
    state: containerState(source.state),
    lastState: containerState(source.lastState),
    ready: source.ready,
    started: source.started,
    restartCount: source.restartCount,
    image: source.image,
    imageID: source.imageId,
    ...optional('containerID', source.containerId),
  };
}

function containerState(source: ContainerState | undefined): KubeContainerState {
  const state = source?.state;
  switch (state?.$case) {
    case 'waiting':
      return { waiting: { ...optional('reason', state.value.reason), ...optional('message', state.value.message) } };
    case 'running':
      return { running: { ...(state.value.startedAt && { startedAt: timestamp(state.value.startedAt) }) } };
    case 'terminated': {
      const { exitCode, signal, reason, message, startedAt, finishedAt, containerId } = state.value;
      return {
        terminated: {
          exitCode,
          ...(signal !== 0 && { signal }),
          ...optional('reason', reason),
          ...optional('message', message),
          ...(startedAt && { startedAt: timestamp(startedAt) }),
          ...(finishedAt && { finishedAt: timestamp(finishedAt) }),
          ...optional('containerID', containerId),
        },
      };
    }
    case undefined:
      return {};
  }
}

/** The field when it is not empty: protobuf's "" is Kubernetes' absent. */
function optional<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value ? ({ [key]: value } as Record<K, string>) : {};
}

/** What of `fields` is set. */
function present<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** RFC 3339 with whole seconds, as metav1.Time. */
function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
