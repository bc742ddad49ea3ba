import { gatewayOf } from '../../lib/net/cidr.js';
import {
  type Endpoint,
  type NodeRoute,
  type ServicePortRoute,
  type ServiceRoute,
} from '../../proto/gen/longshore/routing/v1/routing.js';
import { type RoutingTable } from './routing-table.js';

const dnsPort = 53;

/**
 * The table with the cluster DNS service routed to the DNS servers of the proxies: those of
 * the other ready nodes, and this node's own only when it is alone. A pod asks its own node's
 * server first, by its gateway address; the service address is its way round a dead one.
 * @param gateway routed like the service's own address: for kernels that leave it alone while
 *   the node's server listens
 */
export function withClusterDnsRoute(table: RoutingTable, nodeName: string, gateway?: string): RoutingTable {
  const address = table.network.clusterDns;
  if (address === '') return table;
  const entry = [...table.services].find(([, service]) => service.clusterIp === address);
  const [id, service] = entry ?? ['kube-system/kube-dns', dnsService(address)];
  const endpoints = dnsEndpoints(table, nodeName);
  const others = service.ports.filter((port) => port.port !== dnsPort);
  const ports: ServicePortRoute[] = [
    { name: 'dns', protocol: 'UDP', port: dnsPort, nodePort: 0, endpoints },
    { name: 'dns-tcp', protocol: 'TCP', port: dnsPort, nodePort: 0, endpoints },
  ];
  const routed = { ...service, internalLocal: false, externalIps: gateway ? [gateway] : [], ports: [...ports, ...others] };
  return { ...table, services: new Map(table.services).set(id, routed) };
}

/** The nodes whose DNS servers stand in for that of `nodeName`. */
export function otherDnsNodes(table: RoutingTable, nodeName: string): NodeRoute[] {
  return [...table.nodes.values()].filter((node) => node.podCidr !== '' && node.ready && node.name !== nodeName);
}

function dnsEndpoints(table: RoutingTable, nodeName: string): Endpoint[] {
  const ready = otherDnsNodes(table, nodeName);
  const own = table.nodes.get(nodeName);
  const nodes = ready.length > 0 ? ready : own && own.podCidr !== '' ? [own] : [];
  return nodes.map((node) => ({
    ip: gatewayOf(node.podCidr),
    port: dnsPort,
    nodeName: node.name,
    ready: true,
    serving: true,
    terminating: false,
    hostname: '',
  }));
}

function dnsService(clusterIp: string): ServiceRoute {
  return {
    key: { namespace: 'kube-system', name: 'kube-dns' },
    clusterIp,
    headless: false,
    externalName: '',
    sessionAffinitySeconds: 0,
    externalIps: [],
    externalLocal: false,
    internalLocal: false,
    publishNotReady: false,
    ports: [],
  };
}
