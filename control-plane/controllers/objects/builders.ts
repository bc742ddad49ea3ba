import type { Deployment, ReplicaSet } from '../../../lib/kubernetes/types/apps-v1.js';
import type { Node, Pod, Service } from '../../../lib/kubernetes/types/core-v1.js';
import type { OwnerReference } from '../../../lib/kubernetes/types/meta-v1.js';

/** Objects for the tests of the controllers, as the API would have stored them. */

let uids = 0;
const createdAt = '2026-01-01T00:00:00Z';

function nextUid(kind: string): string {
  uids += 1;
  return `${kind}-${uids}`;
}

export interface PodOptions {
  namespace?: string;
  uid?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  node?: string;
  ip?: string;
  phase?: string;
  ready?: boolean;
  readySince?: string;
  created?: string;
  restarts?: number;
  deleting?: boolean;
  owner?: OwnerReference;
  hostname?: string;
  subdomain?: string;
  ports?: { name?: string; containerPort: number; protocol?: string }[];
}

export function makePod(name: string, options: PodOptions = {}): Pod {
  const { node, ip, phase = node ? 'Running' : 'Pending', ready = false, readySince = createdAt } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: options.namespace ?? 'default',
      uid: options.uid ?? nextUid('pod'),
      creationTimestamp: options.created ?? createdAt,
      ...(options.labels && { labels: options.labels }),
      ...(options.annotations && { annotations: options.annotations }),
      ...(options.owner && { ownerReferences: [options.owner] }),
      ...(options.deleting && { deletionTimestamp: createdAt, deletionGracePeriodSeconds: 30 }),
    },
    spec: {
      containers: [
        {
          name: 'main',
          image: 'app',
          ...(options.ports && { ports: options.ports.map((port) => ({ protocol: 'TCP', ...port })) }),
        },
      ],
      ...(node !== undefined && { nodeName: node }),
      ...(options.hostname !== undefined && { hostname: options.hostname }),
      ...(options.subdomain !== undefined && { subdomain: options.subdomain }),
    },
    status: {
      phase,
      ...(ip !== undefined && { podIP: ip, podIPs: [{ ip }] }),
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: readySince }],
      ...(options.restarts !== undefined && {
        containerStatuses: [{ name: 'main', image: 'app', imageID: 'app', ready, restartCount: options.restarts }],
      }),
    },
  };
}

export interface DeploymentOptions {
  replicas?: number;
  maxSurge?: number | string;
  maxUnavailable?: number | string;
  recreate?: boolean;
  image?: string;
  annotations?: Record<string, string>;
  generation?: number;
  paused?: boolean;
  revisionHistoryLimit?: number;
  progressDeadlineSeconds?: number;
  minReadySeconds?: number;
}

export function makeDeployment(name: string, options: DeploymentOptions = {}): Deployment {
  const { maxSurge = '25%', maxUnavailable = '25%' } = options;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      namespace: 'default',
      uid: `deployment-${name}`,
      generation: options.generation ?? 1,
      creationTimestamp: createdAt,
      ...(options.annotations && { annotations: options.annotations }),
    },
    spec: {
      replicas: options.replicas ?? 3,
      selector: { matchLabels: { app: name } },
      strategy: options.recreate ? { type: 'Recreate' } : { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
      revisionHistoryLimit: options.revisionHistoryLimit ?? 10,
      progressDeadlineSeconds: options.progressDeadlineSeconds ?? 600,
      ...(options.paused && { paused: true }),
      ...(options.minReadySeconds !== undefined && { minReadySeconds: options.minReadySeconds }),
      template: {
        metadata: { name: '', labels: { app: name } },
        spec: { containers: [{ name: 'main', image: options.image ?? 'app:1' }] },
      },
    },
  };
}

export interface ReplicaSetOptions {
  replicas?: number;
  statusReplicas?: number;
  ready?: number;
  available?: number;
  image?: string;
  revision?: number;
  created?: string;
  annotations?: Record<string, string>;
}

/** A ReplicaSet of `deployment`; its hash is its name's last part. */
export function makeReplicaSet(deployment: Deployment, hash: string, options: ReplicaSetOptions = {}): ReplicaSet {
  const { replicas = 0, statusReplicas = replicas, available = statusReplicas, ready = available } = options;
  const name = deployment.metadata.name;
  const labels = { app: name, 'pod-template-hash': hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace: 'default',
      uid: `replicaset-${name}-${hash}`,
      generation: 1,
      creationTimestamp: options.created ?? createdAt,
      labels,
      annotations: {
        'deployment.kubernetes.io/desired-replicas': String(deployment.spec.replicas),
        ...(options.revision !== undefined && { 'deployment.kubernetes.io/revision': String(options.revision) }),
        ...options.annotations,
      },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          name,
          uid: deployment.metadata.uid ?? '',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { name: '', labels },
        spec: { containers: [{ name: 'main', image: options.image ?? 'app:1' }] },
      },
    },
    status: { replicas: statusReplicas, readyReplicas: ready, availableReplicas: available, observedGeneration: 1 },
  };
}

export function makeNode(name: string, options: { ready?: 'True' | 'False' | 'Unknown'; uid?: string } = {}): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: options.uid ?? `node-${name}`, creationTimestamp: createdAt },
    spec: {},
    status: {
      conditions: [
        {
          type: 'Ready',
          status: options.ready ?? 'True',
          reason: 'KubeletReady',
          lastHeartbeatTime: createdAt,
          lastTransitionTime: createdAt,
        },
      ],
    },
  };
}

export function makeService(
  name: string,
  spec: Partial<NonNullable<Service['spec']>> = {},
  labels?: Record<string, string>,
): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default', uid: `service-${name}`, ...(labels && { labels }) },
    spec: {
      clusterIP: '10.96.0.20',
      ipFamilies: ['IPv4'],
      selector: { app: name },
      ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }],
      ...spec,
    },
  };
}
