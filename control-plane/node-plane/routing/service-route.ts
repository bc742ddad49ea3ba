import type { Service, ServicePort } from '../../../lib/kubernetes/types/core-v1.js';
import type { Endpoint as KubeEndpoint, EndpointSlice } from '../../../lib/kubernetes/types/discovery-v1.js';
import type { Endpoint, ServicePortRoute, ServiceRoute } from '../../../proto/gen/longshore/routing/v1/routing.js';

const defaultAffinitySeconds = 10_800;

/** Pure: a service and its slices as kernel rules and DNS need them. Endpoints are in a stable order. */
export function serviceRoute(service: Service, slices: readonly EndpointSlice[]): ServiceRoute {
  const { metadata, spec } = service;
  const isExternalName = spec.type === 'ExternalName';
  const headless = !isExternalName && (spec.clusterIP === 'None' || !spec.clusterIP);
  const ipv4 = slices.filter(({ addressType }) => addressType === 'IPv4');
  return {
    key: { namespace: metadata.namespace ?? '', name: metadata.name ?? '' },
    clusterIp: headless || isExternalName ? '' : (spec.clusterIP ?? ''),
    headless,
    externalName: isExternalName ? (spec.externalName ?? '') : '',
    sessionAffinitySeconds: affinitySeconds(spec),
    externalIps: spec.externalIPs ?? [],
    externalLocal: spec.externalTrafficPolicy === 'Local',
    internalLocal: spec.internalTrafficPolicy === 'Local',
    publishNotReady: spec.publishNotReadyAddresses ?? false,
    ports: isExternalName ? [] : portRoutes(spec.ports ?? [], ipv4, headless),
  };
}

function affinitySeconds({ sessionAffinity, sessionAffinityConfig }: NonNullable<Service['spec']>): number {
  if (sessionAffinity !== 'ClientIP') return 0;
  return sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds;
}

function portRoutes(ports: readonly ServicePort[], slices: readonly EndpointSlice[], headless: boolean): ServicePortRoute[] {
  if (ports.length === 0 && headless) {
    return [
      { name: '', protocol: 'TCP', port: 0, nodePort: 0, endpoints: sorted(slices.flatMap((slice) => endpointsOf(slice, 0))) },
    ];
  }
  return ports.map(({ name = '', protocol = 'TCP', port, nodePort = 0 }) => ({
    name,
    protocol,
    port,
    nodePort,
    endpoints: sorted(slices.flatMap((slice) => endpointsAt(slice, name, protocol))),
  }));
}

/** Endpoints of a slice that serve the service port `name`: the slice says at which port. */
function endpointsAt(slice: EndpointSlice, name: string, protocol: string): Endpoint[] {
  const target = slice.ports?.find((port) => (port.name ?? '') === name && (port.protocol ?? 'TCP') === protocol);
  return target?.port === undefined ? [] : endpointsOf(slice, target.port);
}

function endpointsOf(slice: EndpointSlice, port: number): Endpoint[] {
  return (slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses.map((ip) => endpointAt(endpoint, ip, port)));
}

/** Unset conditions read as the API defines them: ready is true, serving is as ready, terminating is false. */
function endpointAt({ conditions, nodeName = '', hostname = '' }: KubeEndpoint, ip: string, port: number): Endpoint {
  const ready = conditions?.ready ?? true;
  return {
    ip,
    port,
    nodeName,
    ready,
    serving: conditions?.serving ?? ready,
    terminating: conditions?.terminating ?? false,
    hostname,
  };
}

/** By address and port; an endpoint that several slices list for a moment counts once. */
function sorted(endpoints: readonly Endpoint[]): Endpoint[] {
  const byAddress = new Map(endpoints.map((endpoint) => [`${endpoint.ip} ${endpoint.port}`, endpoint]));
  return [...byAddress].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, endpoint]) => endpoint);
}
