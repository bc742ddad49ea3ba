import {
  type Endpoint,
  type NodeRoute,
  type ServicePortRoute,
  type ServiceRoute,
  UpdateKind,
  type WatchRoutesResponse,
} from '../../proto/gen/longshore/routing/v1/routing.js';
import { serviceId, type RoutingTable } from '../../kube-proxy/routes/routing-table.js';

/** A ready endpoint on node n1. */
export function makeEndpoint(ip: string, port: number, fields: Partial<Endpoint> = {}): Endpoint {
  return { ip, port, nodeName: 'n1', ready: true, serving: true, terminating: false, hostname: '', ...fields };
}

/** A TCP port named http. */
export function makePort(port: number, endpoints: Endpoint[], fields: Partial<ServicePortRoute> = {}): ServicePortRoute {
  return { name: 'http', protocol: 'TCP', port, nodePort: 0, endpoints, ...fields };
}

/** A ClusterIP service in namespace default. */
export function makeService(
  name: string,
  clusterIp: string,
  ports: ServicePortRoute[],
  fields: Partial<ServiceRoute> = {},
): ServiceRoute {
  return {
    key: { namespace: 'default', name },
    clusterIp,
    headless: false,
    externalName: '',
    sessionAffinitySeconds: 0,
    externalIps: [],
    externalLocal: false,
    internalLocal: false,
    publishNotReady: false,
    ports,
    ...fields,
  };
}

/** Node n<index> with pods in 10.244.<index>.0/24 and InternalIP 192.168.50.<index>. */
export function makeNode(index: number, fields: Partial<NodeRoute> = {}): NodeRoute {
  return {
    name: `n${index}`,
    podCidr: `10.244.${index}.0/24`,
    internalIp: `192.168.50.${index}`,
    ready: true,
    ...fields,
  };
}

/** Two nodes unless told otherwise, and the agreed networks. */
export function makeTable(
  services: ServiceRoute[],
  fields: Partial<RoutingTable> & { nodeRoutes?: NodeRoute[] } = {},
): RoutingTable {
  const { nodeRoutes = [makeNode(1), makeNode(2)], ...rest } = fields;
  return {
    revision: '1',
    network: {
      clusterCidr: '10.244.0.0/16',
      serviceCidr: '10.96.0.0/16',
      clusterDns: '10.96.0.10',
      clusterDomain: 'cluster.local',
      nodePortFirst: 30_000,
      nodePortLast: 32_767,
      clusterId: 'test',
    },
    services: new Map(services.map((service) => [serviceId(service.key), service])),
    nodes: new Map(nodeRoutes.map((node) => [node.name, node])),
    ...rest,
  };
}

/** The whole table as one message. */
export function completeMessage(table: RoutingTable): WatchRoutesResponse {
  return {
    kind: UpdateKind.UPDATE_KIND_COMPLETE,
    appliesToRevision: '',
    revision: table.revision,
    more: false,
    network: table.network,
    services: [...table.services.values()],
    removedServices: [],
    nodes: [...table.nodes.values()],
    removedNodes: [],
  };
}
