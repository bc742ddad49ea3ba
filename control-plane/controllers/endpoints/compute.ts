import type { EndpointAddress, Endpoints, EndpointSubset, Pod, Service } from '../../../lib/kubernetes/types/core-v1.js';
import { isPodReady } from '../objects/pod-state.js';
import { endpointHostname, isHeadless, selectedPods } from '../service-endpoints/selected-pods.js';
import { targetPorts, type TargetPort } from '../service-endpoints/target-ports.js';

/** Addresses in one Endpoints object; the rest is in the EndpointSlices only. */
export const endpointsCapacity = 1000;

export const managedByLabel = 'endpoints.kubernetes.io/managed-by';
export const managedBy = 'endpoint-controller';
const headlessLabel = 'service.kubernetes.io/headless';
const overCapacityAnnotation = 'endpoints.kubernetes.io/over-capacity';

/**
 * The Endpoints of `service`, as clients without EndpointSlices read them: one subset for
 * each set of ports that the same pods serve.
 */
export function computeEndpoints(service: Service, pods: readonly Pod[]): Endpoints {
  const publishNotReady = service.spec?.publishNotReadyAddresses === true;
  const candidates = selectedPods(service, pods)
    .filter((pod) => publishNotReady || pod.metadata.deletionTimestamp === undefined)
    .map((pod): Candidate => ({ pod, ready: publishNotReady || isPodReady(pod), address: addressOf(service, pod) }));
  // When there are too many, those that serve are kept.
  candidates.sort((a, b) => Number(b.ready) - Number(a.ready) || compare(a.address.ip, b.address.ip));
  const kept = candidates.slice(0, endpointsCapacity);
  const { name, namespace, labels } = service.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      labels: { ...labels, ...(isHeadless(service) && { [headlessLabel]: '' }), [managedByLabel]: managedBy },
      ...(candidates.length > kept.length && { annotations: { [overCapacityAnnotation]: 'truncated' } }),
    },
    ...subsetsOf(service, kept),
  };
}

interface Candidate {
  readonly pod: Pod;
  readonly ready: boolean;
  readonly address: EndpointAddress;
}

/** Ports that the same pods serve share a subset (Kubernetes' RepackSubsets). */
function subsetsOf(service: Service, candidates: readonly Candidate[]): Pick<Endpoints, 'subsets'> {
  const byPort = new Map<string, { port: TargetPort | undefined; members: Candidate[] }>();
  for (const candidate of candidates) {
    const ports = targetPorts(service, candidate.pod);
    const portless = (service.spec?.ports ?? []).length === 0;
    for (const port of portless ? [undefined] : ports) {
      const key = JSON.stringify(port ?? null);
      const entry = byPort.get(key) ?? { port, members: [] };
      entry.members.push(candidate);
      byPort.set(key, entry);
    }
  }
  const bySet = new Map<string, { ports: TargetPort[]; members: Candidate[] }>();
  for (const { port, members } of byPort.values()) {
    const key = members.map(({ pod }) => pod.metadata.uid).join(' ');
    const entry = bySet.get(key) ?? { ports: [], members };
    if (port) entry.ports.push(port);
    bySet.set(key, entry);
  }
  const subsets = [...bySet.values()].map(({ ports, members }): EndpointSubset => {
    const ready = members.filter((member) => member.ready).map(({ address }) => address);
    const notReady = members.filter((member) => !member.ready).map(({ address }) => address);
    ports.sort((a, b) => compare(a.name, b.name) || a.port - b.port);
    return {
      ...(ready.length > 0 && { addresses: ready }),
      ...(notReady.length > 0 && { notReadyAddresses: notReady }),
      ...(ports.length > 0 && { ports: ports.map(({ name, ...port }) => ({ ...(name !== '' && { name }), ...port })) }),
    };
  });
  subsets.sort((a, b) => compare(JSON.stringify(a.ports ?? []), JSON.stringify(b.ports ?? [])));
  return subsets.length > 0 ? { subsets } : {};
}

function addressOf(service: Service, pod: Pod): EndpointAddress {
  const hostname = endpointHostname(service, pod);
  const { name, namespace, uid } = pod.metadata;
  return {
    ip: pod.status?.podIP ?? '',
    ...(hostname !== undefined && { hostname }),
    ...(pod.spec.nodeName && { nodeName: pod.spec.nodeName }),
    targetRef: { kind: 'Pod', name, ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }) },
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
