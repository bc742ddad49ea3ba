import { type Endpoint, type ServiceKey, type ServicePortRoute } from '../../proto/gen/longshore/routing/v1/routing.js';

/** The table of the proxy of `nodeName`; nobody else's table has this name. */
export function tableName(nodeName: string): string {
  return `longshore_${nodeName.replace(/[^A-Za-z0-9_]/g, '_')}`;
}

/** Sets and maps of every table. Keys are in the order of the type. */
export const setNames = {
  /** address . protocol . port -> chain of the service */
  services: 'service-ips',
  /** protocol . port -> chain of the service */
  nodePorts: 'service-nodeports',
  /** address . protocol . port -> refuse or drop */
  noEndpoints: 'no-endpoint-services',
  /** protocol . port -> refuse or drop */
  noEndpointNodePorts: 'no-endpoint-nodeports',
  /** endpoint . endpoint: pods of this node that may reach themselves through a service */
  hairpin: 'hairpin-connections',
  /** address . protocol . port of the endpoints that are not on this node */
  remoteEndpoints: 'remote-endpoints',
  /** InternalIP of every node */
  nodeAddresses: 'node-addresses',
  /** protocol; empty unless the proxy lives. Only where several proxies share the kernel. */
  lease: 'lease',
} as const;

/** One port of one service; unique in a table. */
export function portId(key: ServiceKey | undefined, port: ServicePortRoute): string {
  return `${key?.namespace ?? ''}/${key?.name ?? ''}/${port.protocol.toLowerCase()}/${port.port}`;
}

export function endpointId(port: string, endpoint: Endpoint): string {
  return `${port}/${endpoint.ip}/${endpoint.port}`;
}
