import { formatQuantity } from '../../../lib/kubernetes/quantity.js';
import type {
  Node,
  NodeCondition as KubeCondition,
  NodeStatus as KubeNodeStatus,
  Taint,
} from '../../../lib/kubernetes/types/core-v1.js';
import type { NodeCondition, NodeStatus, RegisterRequest, ResourceAmounts } from '../../../proto/gen/longshore/node/v1/node.js';

/** A node's status is written at least this often, so that lastHeartbeatTime stays of use. */
const statusPeriodMs = 5 * 60_000;

/** Keeps pods off a new node until its agent says that it is ready; the node-lifecycle controller takes it away. */
const notReadyTaint: Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

/** A new Node as its agent describes it; the status is written apart. */
export function newNode(request: RegisterRequest, podCidr: string): Node {
  const ready = request.status?.conditions.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  const taints: Taint[] = [
    ...request.taints.map(({ key, value, effect }) => ({ key, effect, ...(value && { value }) })),
    ...(ready ? [] : [notReadyTaint]),
  ];
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: request.nodeName, labels: { ...request.labels, ...wellKnownLabels(request) } },
    spec: {
      podCIDR: podCidr,
      podCIDRs: [podCidr],
      ...(taints.length > 0 && { taints }),
    },
  };
}

/** The labels that every Node has; an agent's own may not contradict them. */
export function wellKnownLabels(request: RegisterRequest): Record<string, string> {
  const os = request.status?.info?.operatingSystem || 'linux';
  const architecture = request.status?.info?.architecture || 'amd64';
  return {
    'kubernetes.io/hostname': request.nodeName,
    'kubernetes.io/os': os,
    'kubernetes.io/arch': architecture,
    'beta.kubernetes.io/os': os,
    'beta.kubernetes.io/arch': architecture,
  };
}

/**
 * The Node status that follows from what the agent reports and what is stored, or undefined
 * when there is nothing to write. Conditions of others (NetworkUnavailable) stay.
 */
export function nextNodeStatus(stored: Node, reported: NodeStatus, nowMs: number): KubeNodeStatus | undefined {
  const now = timestamp(nowMs);
  const former = stored.status ?? {};
  const next: KubeNodeStatus = {
    ...former,
    addresses: reported.addresses.map(({ type, address }) => ({ type, address })),
    capacity: quantities(reported.capacity),
    allocatable: quantities(reported.allocatable ?? reported.capacity),
    nodeInfo: nodeInfo(reported),
    images: reported.images.map(({ names, sizeBytes }) => ({ names, sizeBytes })),
    conditions: mergeConditions(former.conditions ?? [], reported.conditions, now),
  };
  if (!sameApartFromHeartbeat(former, next)) return next;
  const ready = former.conditions?.find(({ type }) => type === 'Ready');
  const writtenMs = ready?.lastHeartbeatTime ? Date.parse(ready.lastHeartbeatTime) : 0;
  return nowMs - writtenMs >= statusPeriodMs ? next : undefined;
}

function mergeConditions(former: readonly KubeCondition[], reported: readonly NodeCondition[], now: string): KubeCondition[] {
  const types = new Set(reported.map(({ type }) => type));
  return [
    ...former.filter(({ type }) => !types.has(type)),
    ...reported.map(({ type, status, reason, message }) => {
      const before = former.find((condition) => condition.type === type);
      const lastTransitionTime = before?.status === status ? before.lastTransitionTime : now;
      return { type, status, reason, message, lastHeartbeatTime: now, ...(lastTransitionTime && { lastTransitionTime }) };
    }),
  ];
}

function sameApartFromHeartbeat(a: KubeNodeStatus, b: KubeNodeStatus): boolean {
  const bare = (status: KubeNodeStatus): string =>
    JSON.stringify([
      status.addresses ?? [],
      status.capacity,
      status.allocatable,
      status.nodeInfo,
      status.images ?? [],
      (status.conditions ?? [])
        .map(({ type, status: value, reason, message }) => [type, value, reason ?? '', message ?? ''])
        .sort(),
    ]);
  return bare(a) === bare(b);
}

function quantities(amounts: ResourceAmounts | undefined): Record<string, string> {
  if (!amounts) return {};
  return {
    cpu: formatQuantity({ nanos: BigInt(amounts.cpuMillis) * 1_000_000n, format: 'DecimalSI' }),
    memory: byteQuantity(amounts.memoryBytes),
    'ephemeral-storage': byteQuantity(amounts.ephemeralStorageBytes),
    pods: String(amounts.pods),
  };
}

/** In the canonical form, in which it is stored: the next comparison finds it the same. */
function byteQuantity(bytes: number): string {
  return formatQuantity({ nanos: BigInt(bytes) * 1_000_000_000n, format: 'BinarySI' });
}

function nodeInfo({ info }: NodeStatus): NonNullable<KubeNodeStatus['nodeInfo']> {
  return {
    architecture: info?.architecture ?? '',
    bootID: info?.bootId ?? '',
    containerRuntimeVersion: info?.containerRuntimeVersion ?? '',
    kernelVersion: info?.kernelVersion ?? '',
    kubeProxyVersion: info?.kubeletVersion ?? '',
    kubeletVersion: info?.kubeletVersion ?? '',
    machineID: info?.machineId ?? '',
    operatingSystem: info?.operatingSystem ?? '',
    osImage: info?.osImage ?? '',
    systemUUID: info?.machineId ?? '',
  };
}

/** RFC 3339 with whole seconds, as metav1.Time. */
function timestamp(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}
