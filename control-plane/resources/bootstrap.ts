import { isDeepStrictEqual } from 'node:util';
import { isError } from '../../lib/errors/errors.js';
import { addressAt, contains } from '../../lib/net/cidr.js';
import type { Logger } from '../../lib/log/logger.js';
import type { Endpoints, Namespace, Service, ServicePort } from '../../lib/kubernetes/types/core-v1.js';
import type { EndpointSlice } from '../../lib/kubernetes/types/discovery-v1.js';
import type { KubeObject, ResourceClient } from './client.js';
import type { Resources } from './resources.js';

export interface BootstrapOptions {
  resources: Resources;
  log: Logger;
  /**
   * Where pods and nodes reach the API: behind default/kubernetes. A loopback address
   * reaches it from no pod: the service has no endpoints then.
   */
  advertiseAddress: string;
  /** Default 6443. */
  apiPort?: number;
  /** The same as in the settings of Resources. */
  serviceCidr: string;
  /** Address of kube-system/kube-dns. */
  clusterDns: string;
}

export const systemNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'] as const;

/**
 * Ensures what every Kubernetes cluster has: the four namespaces, the API's own service
 * with its endpoints, the DNS service. Idempotent; run at every start, before the API
 * listens, so that a changed address or port is taken over.
 */
export async function bootstrapCluster(options: BootstrapOptions): Promise<void> {
  const { resources, log, advertiseAddress, apiPort = 6443, serviceCidr, clusterDns } = options;
  await resources.repair();
  for (const name of systemNamespaces) await createIfAbsent<Namespace>(resources.client('namespaces'), namespace(name));

  const services = resources.client('services');
  const apiPorts: ServicePort[] = [{ name: 'https', protocol: 'TCP', port: 443, targetPort: apiPort }];
  await ensureService(services, apiService(addressAt(serviceCidr, 1), apiPorts));
  await ensureService(services, dnsService(clusterDns));
  const addresses = contains('127.0.0.0/8', advertiseAddress) ? [] : [advertiseAddress];
  await ensureEqual<Endpoints>(resources.client('endpoints'), apiEndpoints(addresses, apiPort), ['subsets']);
  await ensureEqual<EndpointSlice>(resources.client('endpointslices.discovery.k8s.io'), apiEndpointSlice(addresses, apiPort), [
    'endpoints',
    'ports',
  ]);
  log.info('cluster objects are in place', { advertiseAddress, apiPort, serviceCidr, clusterDns });
}

function namespace(name: string): Namespace {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {} };
}

function apiService(clusterIP: string, ports: ServicePort[]): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: { type: 'ClusterIP', clusterIP, ports },
  };
}

/** Without a selector: the kube-proxy of each node answers under this address itself. */
function dnsService(clusterIP: string): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kube-dns',
      namespace: 'kube-system',
      labels: { 'k8s-app': 'kube-dns', 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' },
    },
    spec: {
      type: 'ClusterIP',
      clusterIP,
      ports: [
        { name: 'dns', protocol: 'UDP', port: 53, targetPort: 53 },
        { name: 'dns-tcp', protocol: 'TCP', port: 53, targetPort: 53 },
      ],
    },
  };
}

function apiEndpoints(addresses: readonly string[], port: number): Endpoints {
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    ...(addresses.length > 0 && {
      subsets: [{ addresses: addresses.map((ip) => ({ ip })), ports: [{ name: 'https', port, protocol: 'TCP' }] }],
    }),
  };
}

function apiEndpointSlice(addresses: readonly string[], port: number): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    ports: [{ name: 'https', port, protocol: 'TCP' }],
  };
}

/** A service keeps its address for life; under another one it must be made anew. */
async function ensureService(services: ResourceClient<Service>, wanted: Service): Promise<void> {
  const { namespace: within = '', name } = wanted.metadata;
  const found = await services.get(within, name);
  if (found && found.spec.clusterIP !== wanted.spec.clusterIP) await services.delete(within, name);
  if (await createIfAbsent(services, wanted)) return;
  await services.modify(within, name, (service) => {
    if (wanted.spec.ports) service.spec.ports = wanted.spec.ports;
  });
}

async function ensureEqual<T extends KubeObject>(
  client: ResourceClient<T>,
  wanted: T,
  parts: readonly (keyof T)[],
): Promise<void> {
  if (await createIfAbsent(client, wanted)) return;
  await client.modify(wanted.metadata.namespace ?? '', wanted.metadata.name, (object) => {
    if (parts.every((part) => isDeepStrictEqual(object[part], wanted[part]))) return false;
    for (const part of parts) object[part] = wanted[part];
    return undefined;
  });
}

/** @returns whether it was created */
async function createIfAbsent<T extends KubeObject>(client: ResourceClient<T>, object: T): Promise<boolean> {
  if (await client.get(object.metadata.namespace ?? '', object.metadata.name)) return false;
  try {
    await client.create(object);
    return true;
  } catch (thrown) {
    if (isError(thrown, 'AlreadyExists')) return false;
    throw thrown;
  }
}
