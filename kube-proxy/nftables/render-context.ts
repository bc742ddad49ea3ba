import { gatewayOf } from '../../lib/net/cidr.js';
import { otherDnsNodes } from '../routes/cluster-dns-route.js';
import { type RoutingTable } from '../routes/routing-table.js';

/** What the rules of a node depend on beside its services. */
export interface RenderContext {
  readonly nodeName: string;
  readonly podCidr: string;
  /** Bridge address, first of the pod CIDR. */
  readonly gateway: string;
  readonly clusterCidr: string;
  /** Range of ports, `30000-32767`. */
  readonly nodePorts: string;
  /** InternalIPs of all nodes, sorted. */
  readonly nodeAddresses: readonly string[];
  /** Every node is on this kernel, and perhaps other clusters are. */
  readonly sharedHost: boolean;
  /** The lease gates the traffic that any proxy on this kernel may take. */
  readonly leased: boolean;
  /** Frames between ports of one bridge pass netfilter (bridge-nf-call-iptables). */
  readonly bridgeFiltered: boolean;
  /** A rule can ask whether a program listens on the packet's address (nft_socket). */
  readonly findsSockets: boolean;
  /** Other nodes' DNS servers can stand in for this node's. */
  readonly hasOtherDns: boolean;
}

/** @returns undefined while the node has no pod CIDR in the table: there is nothing to render then */
export function renderContext(
  table: RoutingTable,
  options: { nodeName: string; sharedHost: boolean; bridgeFiltered: boolean; findsSockets: boolean },
): RenderContext | undefined {
  const podCidr = table.nodes.get(options.nodeName)?.podCidr ?? '';
  if (podCidr === '') return undefined;
  const addresses = [...table.nodes.values()].map((node) => node.internalIp).filter((address) => address !== '');
  return {
    ...options,
    podCidr,
    gateway: gatewayOf(podCidr),
    clusterCidr: table.network.clusterCidr,
    nodePorts: `${table.network.nodePortFirst}-${table.network.nodePortLast}`,
    nodeAddresses: [...new Set(addresses)].sort(),
    hasOtherDns: otherDnsNodes(table, options.nodeName).length > 0,
    leased: options.sharedHost && table.nodes.size > 1,
  };
}
