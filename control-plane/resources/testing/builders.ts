import type { Deployment, ReplicaSet } from '../../../lib/kubernetes/types/apps-v1.js';
import type {
  Container,
  Namespace,
  Node,
  Pod,
  PodSpec,
  Service,
  ServiceAccount,
  ServicePort,
  Taint,
} from '../../../lib/kubernetes/types/core-v1.js';
import type { ObjectMeta } from '../../../lib/kubernetes/types/meta-v1.js';

interface Common {
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  /** Anything else of metadata. */
  metadata?: Partial<ObjectMeta>;
}

export interface PodShape extends Common {
  image?: string;
  cpuMillis?: number;
  memoryBytes?: number;
  nodeName?: string;
  phase?: string;
  /** Sets the Ready condition. */
  ready?: boolean;
  podIP?: string;
  /** Replaces the one container. */
  containers?: Container[];
  /** Anything else of the spec. */
  spec?: Partial<PodSpec>;
}

/** A pod with one container; as the API would take it, not as it would give it back. */
export function makePod(name: string, shape: PodShape = {}): Pod {
  const status = podStatus(shape);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metadata(name, shape),
    spec: podSpec(shape),
    ...(status === undefined ? {} : { status }),
  };
}

export interface NodeShape extends Omit<Common, 'namespace'> {
  cpuMillis?: number;
  memoryBytes?: number;
  pods?: number;
  /** Default true. */
  ready?: boolean;
  unschedulable?: boolean;
  taints?: Taint[];
  podCIDR?: string;
  internalIP?: string;
}

/** A Ready node of 2 CPUs, 4 GiB and 110 pods. */
export function makeNode(name: string, shape: NodeShape = {}): Node {
  const { cpuMillis = 2000, memoryBytes = 4 * 2 ** 30, pods = 110, ready = true, taints, podCIDR, internalIP } = shape;
  const capacity = { cpu: `${cpuMillis}m`, memory: String(memoryBytes), pods: String(pods), 'ephemeral-storage': '100Gi' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: metadata(name, { ...shape, labels: { 'kubernetes.io/hostname': name, ...shape.labels } }, false),
    spec: {
      ...(taints ? { taints } : {}),
      ...(podCIDR === undefined ? {} : { podCIDR, podCIDRs: [podCIDR] }),
      ...(shape.unschedulable ? { unschedulable: true } : {}),
    },
    status: {
      capacity,
      allocatable: { ...capacity },
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', reason: ready ? 'KubeletReady' : 'KubeletNotReady' }],
      addresses: [
        ...(internalIP === undefined ? [] : [{ type: 'InternalIP', address: internalIP }]),
        { type: 'Hostname', address: name },
      ],
    },
  };
}

export interface WorkloadShape extends Common {
  replicas?: number;
  image?: string;
  /** Labels of the template, and what the selector asks for. Default `{ app: name }`. */
  podLabels?: Record<string, string>;
  podSpec?: Partial<PodSpec>;
}

export function makeDeployment(name: string, shape: WorkloadShape & { spec?: Partial<Deployment['spec']> } = {}): Deployment {
  const { selector, template, replicas } = workload(name, shape);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(name, shape),
    spec: { replicas, selector, template, ...shape.spec },
  };
}

export function makeReplicaSet(name: string, shape: WorkloadShape & { spec?: Partial<ReplicaSet['spec']> } = {}): ReplicaSet {
  const { selector, template, replicas } = workload(name, shape);
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: metadata(name, shape),
    spec: { replicas, selector, template, ...shape.spec },
  };
}

export function makeService(
  name: string,
  shape: Common & { selector?: Record<string, string>; ports?: ServicePort[]; spec?: Partial<Service['spec']> } = {},
): Service {
  const { selector = { app: name }, ports = [{ port: 80 }] } = shape;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(name, shape),
    spec: { selector, ports, ...shape.spec },
  };
}

export function makeNamespace(name: string): Namespace {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {} };
}

export function makeServiceAccount(name: string, namespace = 'default'): ServiceAccount {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } };
}

function metadata(name: string, shape: Common, namespaced = true): ObjectMeta {
  return {
    name,
    ...(namespaced ? { namespace: shape.namespace ?? 'default' } : {}),
    ...(shape.labels ? { labels: shape.labels } : {}),
    ...(shape.annotations ? { annotations: shape.annotations } : {}),
    uid: `uid-${name}`,
    ...shape.metadata,
  };
}

function podSpec({ image = 'busybox:1.36', cpuMillis, memoryBytes, nodeName, containers, spec }: PodShape): PodSpec {
  const requests = {
    ...(cpuMillis === undefined ? {} : { cpu: `${cpuMillis}m` }),
    ...(memoryBytes === undefined ? {} : { memory: String(memoryBytes) }),
  };
  const resources = Object.keys(requests).length > 0 ? { resources: { requests } } : {};
  return {
    containers: containers ?? [{ name: 'main', image, ...resources }],
    ...(nodeName === undefined ? {} : { nodeName }),
    ...spec,
  };
}

function podStatus({ phase, ready, podIP }: PodShape): Pod['status'] {
  if (phase === undefined && ready === undefined && podIP === undefined) return undefined;
  return {
    phase: phase ?? 'Running',
    ...(podIP === undefined ? {} : { podIP, podIPs: [{ ip: podIP }] }),
    ...(ready === undefined ? {} : { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] }),
  };
}

function workload(name: string, shape: WorkloadShape) {
  const labels = shape.podLabels ?? { app: name };
  return {
    replicas: shape.replicas ?? 1,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels } as ObjectMeta,
      spec: podSpec({ image: shape.image ?? 'busybox:1.36', spec: shape.podSpec ?? {} }),
    },
  };
}
