import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../kubernetes/types/apps-v1.js';
import type { Lease } from '../kubernetes/types/coordination-v1.js';
import type {
  ConfigMap,
  Endpoints,
  Event,
  Namespace,
  Node,
  Pod,
  Secret,
  Service,
  ServiceAccount,
} from '../kubernetes/types/core-v1.js';
import type { EndpointSlice } from '../kubernetes/types/discovery-v1.js';
import type { ApiResource } from './discovery/api-resource.js';
import type { KubeObject } from './objects.js';

/** A kind whose type and path are known without asking the server. */
export interface BuiltInKind<T extends KubeObject> {
  readonly resource: ApiResource;
  /** Never set: carries the type. */
  readonly type?: T;
}

function builtIn<T extends KubeObject>(
  group: string,
  kind: string,
  plural: string,
  options: { namespaced?: boolean } = {},
): BuiltInKind<T> {
  const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
  const names = { kind, plural, singular: kind.toLowerCase(), shortNames: [], categories: [] };
  return { resource: { group, version: 'v1', ...names, namespaced: options.namespaced ?? true, verbs } };
}

export const builtInKinds = {
  configMaps: builtIn<ConfigMap>('', 'ConfigMap', 'configmaps'),
  endpoints: builtIn<Endpoints>('', 'Endpoints', 'endpoints'),
  events: builtIn<Event>('', 'Event', 'events'),
  namespaces: builtIn<Namespace>('', 'Namespace', 'namespaces', { namespaced: false }),
  nodes: builtIn<Node>('', 'Node', 'nodes', { namespaced: false }),
  pods: builtIn<Pod>('', 'Pod', 'pods'),
  secrets: builtIn<Secret>('', 'Secret', 'secrets'),
  serviceAccounts: builtIn<ServiceAccount>('', 'ServiceAccount', 'serviceaccounts'),
  services: builtIn<Service>('', 'Service', 'services'),
  daemonSets: builtIn<DaemonSet>('apps', 'DaemonSet', 'daemonsets'),
  deployments: builtIn<Deployment>('apps', 'Deployment', 'deployments'),
  replicaSets: builtIn<ReplicaSet>('apps', 'ReplicaSet', 'replicasets'),
  statefulSets: builtIn<StatefulSet>('apps', 'StatefulSet', 'statefulsets'),
  endpointSlices: builtIn<EndpointSlice>('discovery.k8s.io', 'EndpointSlice', 'endpointslices'),
  leases: builtIn<Lease>('coordination.k8s.io', 'Lease', 'leases'),
};
