import { createHash } from 'node:crypto';

import { type Endpoint, type ServiceKey, type ServicePortRoute } from '../../proto/gen/longshore/routing/v1/routing.js';

/** nft takes 255 characters as a table's name, iptables as many as a comment; people read fewer. */
const longestName = 100;

/**
 * The table of the proxy of `nodeName`, and the name that its other things in the kernel bear;
 * no other proxy's, of this or of any other cluster on the same kernel. A name that would be
 * too long or not a word to nft is cut and made distinct by a hash.
 */
export function tableName(clusterId: string, nodeName: string): string {
  const name = `longshore_${clusterId}_${nodeName}`;
  const word = name.replace(/[^A-Za-z0-9_.-]/g, '_').slice(0, longestName);
  return word === name ? name : `${word}_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
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
