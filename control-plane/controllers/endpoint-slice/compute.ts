import type { Node, Pod, Service } from '../../../lib/kubernetes/types/core-v1.js';
import type { Endpoint, EndpointSlice } from '../../../lib/kubernetes/types/discovery-v1.js';
import { isPodReady } from '../objects/pod-state.js';
import { endpointHostname, selectedPods } from '../service-endpoints/selected-pods.js';
import { targetPorts } from '../service-endpoints/target-ports.js';
import { groupKey, packSlices, type EndpointGroup, type SlicePlan } from './pack.js';

export interface EndpointSliceSnapshot {
  readonly service: Service;
  /** Pods of its namespace. */
  readonly pods: readonly Pod[];
  /** Slices of the service that this controller manages. */
  readonly slices: readonly EndpointSlice[];
  node(name: string): Node | undefined;
}

const zoneLabel = 'topology.kubernetes.io/zone';

/** The writes that make the slices of a service say where its pods are; none when they do already. */
export function computeSlices(snapshot: EndpointSliceSnapshot): SlicePlan {
  const { service, pods, slices } = snapshot;
  const families = service.spec?.ipFamilies ?? ['IPv4'];
  const groups = new Map<string, EndpointGroup>();
  for (const pod of selectedPods(service, pods)) {
    const ports = targetPorts(service, pod);
    if (ports.length === 0 && (service.spec?.ports ?? []).length > 0) continue;
    for (const addressType of families) {
      const address = addressOf(pod, addressType);
      if (address === undefined) continue;
      const key = groupKey(addressType, ports);
      const group = groups.get(key) ?? { key, addressType, ports, endpoints: [] };
      group.endpoints.push(endpointOf(snapshot, pod, address));
      groups.set(key, group);
    }
  }
  // A service without endpoints keeps one empty slice an address family, so that clients see that it is known.
  for (const addressType of families) {
    if ([...groups.values()].some((group) => group.addressType === addressType)) continue;
    const key = groupKey(addressType, []);
    groups.set(key, { key, addressType, ports: [], endpoints: [] });
  }
  return packSlices(service, [...groups.values()], slices);
}

function endpointOf(snapshot: EndpointSliceSnapshot, pod: Pod, address: string): Endpoint {
  const { service } = snapshot;
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating);
  const hostname = endpointHostname(service, pod);
  const { nodeName } = pod.spec;
  const zone = nodeName ? snapshot.node(nodeName)?.metadata.labels?.[zoneLabel] : undefined;
  const { name, namespace, uid } = pod.metadata;
  return {
    addresses: [address],
    conditions: { ready, serving, terminating },
    ...(hostname !== undefined && { hostname }),
    ...(nodeName && { nodeName }),
    targetRef: { kind: 'Pod', name, ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }) },
    ...(zone !== undefined && { zone }),
  };
}

function addressOf(pod: Pod, addressType: string): string | undefined {
  const addresses = pod.status?.podIPs?.map(({ ip }) => ip) ?? [];
  if (addresses.length === 0 && pod.status?.podIP) addresses.push(pod.status.podIP);
  return addresses.find((address) => address.includes(':') === (addressType === 'IPv6'));
}
