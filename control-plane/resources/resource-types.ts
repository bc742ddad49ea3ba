import type { Deployment, ReplicaSet } from '../../lib/kubernetes/types/apps-v1.js';
import type { Lease } from '../../lib/kubernetes/types/coordination-v1.js';
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
} from '../../lib/kubernetes/types/core-v1.js';
import type { EndpointSlice } from '../../lib/kubernetes/types/discovery-v1.js';

/** The kinds by their key, `plural[.group]`. */
export interface ResourceTypes {
  namespaces: Namespace;
  nodes: Node;
  pods: Pod;
  services: Service;
  endpoints: Endpoints;
  configmaps: ConfigMap;
  secrets: Secret;
  serviceaccounts: ServiceAccount;
  events: Event;
  'endpointslices.discovery.k8s.io': EndpointSlice;
  'leases.coordination.k8s.io': Lease;
  'deployments.apps': Deployment;
  'replicasets.apps': ReplicaSet;
}

export type ResourceKey = keyof ResourceTypes;
