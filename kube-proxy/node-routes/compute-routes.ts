import { type RoutingTable } from '../routes/routing-table.js';

/** A route to the pods of another node. */
export interface PodRoute {
  podCidr: string;
  /** The node's InternalIP, on a segment that this node is on too (host-gw). */
  via: string;
}

export interface RouteChanges {
  add: NodePodRoute[];
  remove: PodRoute[];
}

/** A route with the name of the node that it leads to. */
export interface NodePodRoute extends PodRoute {
  node: string;
}

/** Routes to the pods of every other node; those of nodes that are not ready too, for when they come back. */
export function computePodRoutes(table: RoutingTable, nodeName: string): NodePodRoute[] {
  return [...table.nodes.values()]
    .filter((node) => node.name !== nodeName && node.podCidr !== '' && node.internalIp !== '')
    .map((node) => ({ node: node.name, podCidr: node.podCidr, via: node.internalIp }))
    .sort((a, b) => (a.podCidr < b.podCidr ? -1 : 1));
}

/** What makes the kernel's routes of ours (`present`) into `wanted`. A changed gateway is a remove and an add. */
export function compareRoutes(present: readonly PodRoute[], wanted: readonly NodePodRoute[]): RouteChanges {
  const same = (a: PodRoute, b: PodRoute): boolean => a.podCidr === b.podCidr && a.via === b.via;
  return {
    add: wanted.filter((route) => !present.some((other) => same(other, route))),
    remove: present.filter((route) => !wanted.some((other) => same(other, route))),
  };
}
