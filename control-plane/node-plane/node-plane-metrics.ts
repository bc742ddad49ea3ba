import { Gauge, type Registry } from 'prom-client';

import type { NodePlaneStatus } from './node-plane.js';

/** Agents that are connected and how far they follow, read when they are asked for. Call once a registry. */
export function registerNodePlaneMetrics(registry: Registry, nodePlane: { readonly status: NodePlaneStatus }): void {
  const registers = [registry];
  new Gauge({
    name: 'longshore_node_plane_sessions',
    help: 'Kubelet agents that are registered with this process.',
    registers,
    collect() {
      this.set(nodePlane.status.sessions);
    },
  });
  new Gauge({
    name: 'longshore_routing_table_rows',
    help: 'Services and nodes in the routing table.',
    labelNames: ['kind'],
    registers,
    collect() {
      const { services, nodes } = nodePlane.status;
      this.set({ kind: 'service' }, services);
      this.set({ kind: 'node' }, nodes);
    },
  });
  new Gauge({
    name: 'longshore_routing_pending_messages',
    help: 'Changes of the routing table that a connected kube-proxy was sent and has not applied yet.',
    labelNames: ['node'],
    registers,
    collect() {
      this.reset();
      for (const { nodeName, pending } of nodePlane.status.proxies) this.set({ node: nodeName }, pending);
    },
  });
  new Gauge({
    name: 'longshore_routing_refused',
    help: '1 while the kernel of a node refuses its newest routes.',
    labelNames: ['node'],
    registers,
    collect() {
      this.reset();
      for (const { nodeName, refused } of nodePlane.status.proxies) this.set({ node: nodeName }, refused ? 1 : 0);
    },
  });
}
