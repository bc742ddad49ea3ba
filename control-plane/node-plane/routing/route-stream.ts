import { randomUUID } from 'node:crypto';

import type { Clock } from '../../../lib/clock/clock.js';
import { UpdateKind, type WatchRoutesResponse } from '../../../proto/gen/longshore/routing/v1/routing.js';
import { splitKey } from '../../resources/client.js';
import { chunksOf } from '../chunks.js';
import type { ClusterSettings } from '../cluster-settings.js';
import { nodeRow, type RoutingTable, serviceRow } from './routing-table.js';

/** A burst (a rolling update's slices, a new service with its endpoints) becomes one message. */
const coalesceMs = 5;

/**
 * The routing table for one kube-proxy: COMPLETE, then what changes, chained by revision.
 * @throws the signal's reason once it aborts
 */
export async function* watchRoutes(options: {
  table: RoutingTable;
  settings: ClusterSettings;
  clock: Clock;
  signal: AbortSignal;
}): AsyncGenerator<WatchRoutesResponse, void, undefined> {
  const { table, settings, clock, signal } = options;
  using feed = table.subscribe();
  /** Hash of every row as this proxy knows it. */
  const sent = new Map<string, string>();
  const stream = randomUUID();
  let position = 1;

  const complete = changesOf(table, table.keys(), sent);
  for (const [index, chunk] of complete.entries()) {
    yield {
      ...chunk,
      kind: UpdateKind.UPDATE_KIND_COMPLETE,
      appliesToRevision: '',
      revision: `${stream}/${position}`,
      more: index < complete.length - 1,
      network: index === 0 ? clusterNetwork(settings) : undefined,
    };
  }
  for (;;) {
    const keys = await feed.keys.take(signal);
    await clock.sleep(coalesceMs, signal);
    // What came meanwhile, if anything did; `take` does not wait once a key is there.
    for (const key of keys) feed.keys.add(key);
    for (const chunk of changesOf(table, await feed.keys.take(signal), sent)) {
      if (isEmpty(chunk)) continue;
      yield {
        ...chunk,
        kind: UpdateKind.UPDATE_KIND_INCREMENTAL,
        appliesToRevision: `${stream}/${position}`,
        revision: `${stream}/${++position}`,
        more: false,
        network: undefined,
      };
    }
  }
}

type Changes = Pick<WatchRoutesResponse, 'services' | 'removedServices' | 'nodes' | 'removedNodes'>;

/** What of `keys` differs from what was sent, in messages of bounded size; it counts as sent then. */
function changesOf(table: RoutingTable, keys: readonly string[], sent: Map<string, string>): Changes[] {
  const rows = keys.map((key) => {
    const isService = key.startsWith(serviceRow);
    const name = key.slice((isService ? serviceRow : nodeRow).length);
    return { key, name, isService, row: isService ? table.service(name) : table.node(name) };
  });
  const changed = rows.filter(({ key, row }) => sent.get(key) !== row?.hash);
  return chunksOf(changed, ({ row, key }) => row?.bytes ?? key.length).map((chunk) => {
    const changes: Changes = { services: [], removedServices: [], nodes: [], removedNodes: [] };
    for (const { key, name, isService, row } of chunk) {
      if (row) sent.set(key, row.hash);
      else sent.delete(key);
      const service = isService ? table.service(name) : undefined;
      const node = isService ? undefined : table.node(name);
      if (service) changes.services.push(service.route);
      else if (node) changes.nodes.push(node.route);
      else if (isService) changes.removedServices.push(splitKey(name));
      else changes.removedNodes.push(name);
    }
    return changes;
  });
}

function isEmpty({ services, removedServices, nodes, removedNodes }: Changes): boolean {
  return services.length + removedServices.length + nodes.length + removedNodes.length === 0;
}

function clusterNetwork(settings: ClusterSettings): NonNullable<WatchRoutesResponse['network']> {
  return {
    clusterCidr: settings.clusterCidr,
    serviceCidr: settings.serviceCidr,
    clusterDns: settings.clusterDns,
    clusterDomain: settings.clusterDomain,
    nodePortFirst: settings.nodePorts.first,
    nodePortLast: settings.nodePorts.last,
    clusterId: settings.clusterId,
  };
}
