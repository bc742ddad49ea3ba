import { createHash } from 'node:crypto';

import { NodeRoute, ServiceRoute } from '../../../proto/gen/longshore/routing/v1/routing.js';
import { keyOf, splitKey } from '../../resources/client.js';
import { DirtyKeys } from '../dirty-keys.js';
import { type NodePlaneInformers, serviceKeyOf } from '../informers.js';
import { nodeRoute } from './node-route.js';
import { serviceRoute } from './service-route.js';

/** A row of the table; `hash` changes with its content, `bytes` is its size on the wire. */
export interface Row<T> {
  route: T;
  hash: string;
  bytes: number;
}

/** Keys of rows: "service:<namespace>/<name>" and "node:<name>". */
export const serviceRow = 'service:';
export const nodeRow = 'node:';

/**
 * The routing table that all kube-proxies follow. A row is computed at most once for a
 * change, whatever the number of proxies, and subscribers hear only of rows whose content
 * did change: a node's heartbeat or a slice's label is nothing to them.
 */
export class RoutingTable {
  readonly #informers: NodePlaneInformers;
  readonly #services = new Map<string, Row<ServiceRoute>>();
  readonly #nodes = new Map<string, Row<NodeRoute>>();
  readonly #subscribers = new Set<DirtyKeys>();

  constructor(options: { informers: NodePlaneInformers }) {
    this.#informers = options.informers;
    const { services, endpointSlices, nodes } = options.informers;
    services.onChange((current, previous) => {
      const changed = current ?? previous;
      if (changed) this.#updateService(keyOf(changed));
    });
    endpointSlices.onChange((current, previous) => {
      const keys = [current, previous].flatMap((slice) => (slice ? (serviceKeyOf(slice) ?? []) : []));
      for (const key of new Set(keys)) this.#updateService(key);
    });
    nodes.onChange((current, previous) => {
      const route = current && nodeRoute(current);
      const name = (current ?? previous)?.metadata.name ?? '';
      this.#set(this.#nodes, nodeRow, name, route && row(route, NodeRoute.encode(route).finish()));
    });
  }

  service(key: string): Row<ServiceRoute> | undefined {
    return this.#services.get(key);
  }

  node(name: string): Row<NodeRoute> | undefined {
    return this.#nodes.get(name);
  }

  /** Keys of all rows. */
  keys(): string[] {
    return [
      ...Array.from(this.#services.keys(), (key) => serviceRow + key),
      ...Array.from(this.#nodes.keys(), (key) => nodeRow + key),
    ];
  }

  get size(): { services: number; nodes: number } {
    return { services: this.#services.size, nodes: this.#nodes.size };
  }

  /** Keys of rows that changed from now on; dispose of it at the end. */
  subscribe(): { keys: DirtyKeys } & Disposable {
    const keys = new DirtyKeys();
    this.#subscribers.add(keys);
    return {
      keys,
      [Symbol.dispose]: () => {
        this.#subscribers.delete(keys);
      },
    };
  }

  #updateService(key: string): void {
    const { namespace, name } = splitKey(key);
    const service = this.#informers.services.get(namespace, name);
    const route = service && serviceRoute(service, this.#informers.endpointSlices.byIndex('service', key));
    this.#set(this.#services, serviceRow, key, route && row(route, ServiceRoute.encode(route).finish()));
  }

  #set<T>(rows: Map<string, Row<T>>, prefix: string, key: string, next: Row<T> | undefined): void {
    if (rows.get(key)?.hash === next?.hash) return;
    if (next) rows.set(key, next);
    else rows.delete(key);
    for (const subscriber of this.#subscribers) subscriber.add(prefix + key);
  }
}

function row<T>(route: T, encoded: Uint8Array): Row<T> {
  return { route, hash: createHash('sha256').update(encoded).digest('base64'), bytes: encoded.byteLength };
}
