import { isDeepStrictEqual } from 'node:util';

import {
  type ClusterNetwork,
  type NodeRoute,
  type ServiceKey,
  type ServiceRoute,
} from '../../proto/gen/longshore/routing/v1/routing.js';

/** `namespace/name` of a service. */
export type ServiceId = string;

/**
 * Everything that a proxy knows of the cluster at one revision. Never changed in place: a
 * newer table shares the services that did not change, so that `===` finds the ones that did.
 */
export interface RoutingTable {
  /** The control plane's opaque position. */
  readonly revision: string;
  readonly network: ClusterNetwork;
  readonly services: ReadonlyMap<ServiceId, ServiceRoute>;
  readonly nodes: ReadonlyMap<string, NodeRoute>;
}

/** What a message changes. */
export interface RoutingTableChange {
  revision: string;
  network: ClusterNetwork | undefined;
  services: readonly ServiceRoute[];
  removedServices: readonly ServiceKey[];
  nodes: readonly NodeRoute[];
  removedNodes: readonly string[];
}

export function serviceId(key: ServiceKey | undefined): ServiceId {
  return `${key?.namespace ?? ''}/${key?.name ?? ''}`;
}

/** `table` after `change`. A service or node that is sent again unchanged keeps its identity. */
export function applyChange(table: RoutingTable, change: RoutingTableChange): RoutingTable {
  const services = new Map(table.services);
  for (const key of change.removedServices) services.delete(serviceId(key));
  for (const service of change.services) upsert(services, serviceId(service.key), service);
  const nodes = new Map(table.nodes);
  for (const name of change.removedNodes) nodes.delete(name);
  for (const node of change.nodes) upsert(nodes, node.name, node);
  return { revision: change.revision, network: change.network ?? table.network, services, nodes };
}

/** `next` with every service and node that equals one of `previous` replaced by that one. */
export function keepIdentities(previous: RoutingTable | undefined, next: RoutingTable): RoutingTable {
  if (!previous) return next;
  const services = new Map<ServiceId, ServiceRoute>();
  for (const [id, service] of next.services) services.set(id, same(previous.services.get(id), service));
  const nodes = new Map<string, NodeRoute>();
  for (const [name, node] of next.nodes) nodes.set(name, same(previous.nodes.get(name), node));
  return { ...next, services, nodes };
}

function upsert<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.set(key, same(map.get(key), value));
}

function same<Value>(former: Value | undefined, value: Value): Value {
  return former !== undefined && isDeepStrictEqual(former, value) ? former : value;
}
