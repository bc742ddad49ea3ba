import type { Lease } from '../../lib/kubernetes/types/coordination-v1.js';
import type { ConfigMap, Node, Pod, Secret, Service, ServiceAccount } from '../../lib/kubernetes/types/core-v1.js';
import type { EndpointSlice } from '../../lib/kubernetes/types/discovery-v1.js';
import type { Informer, ResourceClient } from '../resources/client.js';
import type { Resources } from '../resources/resources.js';
import { referencesOf } from './assignments/references.js';

/** The caches that the node plane reads. */
export interface NodePlaneInformers {
  /** Indexes: node, uid, configMap, secret, serviceAccount (the last three by "namespace/name"). */
  pods: Informer<Pod>;
  nodes: Informer<Node>;
  configMaps: Informer<ConfigMap>;
  secrets: Informer<Secret>;
  serviceAccounts: Informer<ServiceAccount>;
  services: Informer<Service>;
  /** Index: service (by "namespace/name"). */
  endpointSlices: Informer<EndpointSlice>;
}

/** What the node plane writes, and reads when a cache may be behind. */
export interface NodePlaneClients {
  pods: ResourceClient<Pod>;
  nodes: ResourceClient<Node>;
  leases: ResourceClient<Lease>;
  configMaps: ResourceClient<ConfigMap>;
  secrets: ResourceClient<Secret>;
  serviceAccounts: ResourceClient<ServiceAccount>;
}

const serviceNameLabel = 'kubernetes.io/service-name';

export function nodePlaneInformers(resources: Resources): NodePlaneInformers {
  return {
    pods: resources.informer('pods', {
      indexes: {
        node: (pod) => pod.spec?.nodeName,
        uid: (pod) => pod.metadata.uid,
        configMap: (pod) => inNamespace(pod, referencesOf(pod).configMaps),
        secret: (pod) => inNamespace(pod, referencesOf(pod).secrets),
        serviceAccount: (pod) => inNamespace(pod, [pod.spec?.serviceAccountName ?? 'default']),
      },
    }),
    nodes: resources.informer('nodes'),
    configMaps: resources.informer('configmaps'),
    secrets: resources.informer('secrets'),
    serviceAccounts: resources.informer('serviceaccounts'),
    services: resources.informer('services'),
    endpointSlices: resources.informer('endpointslices.discovery.k8s.io', { indexes: { service: serviceKeyOf } }),
  };
}

export function nodePlaneClients(resources: Resources): NodePlaneClients {
  return {
    pods: resources.client('pods'),
    nodes: resources.client('nodes'),
    leases: resources.client('leases.coordination.k8s.io'),
    configMaps: resources.client('configmaps'),
    secrets: resources.client('secrets'),
    serviceAccounts: resources.client('serviceaccounts'),
  };
}

/** Resolves once all are filled. @throws the signal's reason */
export async function allSynced(informers: NodePlaneInformers, signal: AbortSignal): Promise<void> {
  const { pods, nodes, configMaps, secrets, serviceAccounts, services, endpointSlices } = informers;
  await Promise.all([
    pods.synced(signal),
    nodes.synced(signal),
    configMaps.synced(signal),
    secrets.synced(signal),
    serviceAccounts.synced(signal),
    services.synced(signal),
    endpointSlices.synced(signal),
  ]);
}

/** Key of the service that a slice belongs to. */
export function serviceKeyOf(slice: EndpointSlice): string | undefined {
  const service = slice.metadata.labels?.[serviceNameLabel];
  return service === undefined ? undefined : `${slice.metadata.namespace ?? ''}/${service}`;
}

function inNamespace(pod: Pod, names: Iterable<string>): string[] {
  return Array.from(names, (name) => `${pod.metadata.namespace ?? ''}/${name}`);
}
