import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

import { type SyncResult } from './sync/route-syncer.js';

/** The proxy's own metrics, in `registry`. */
export interface KubeProxyMetrics {
  synced(result: SyncResult): void;
  dnsAnswered(source: string): void;
}

export function createKubeProxyMetrics(registry: Registry): KubeProxyMetrics {
  const registers = [registry];
  const duration = new Histogram({
    name: 'longshore_kube_proxy_sync_duration_seconds',
    help: 'Time to bring one routing table into the kernel',
    labelNames: ['kind'],
    buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
    registers,
  });
  const rules = new Gauge({ name: 'longshore_kube_proxy_rules', help: 'nftables rules of the table', registers });
  const elements = new Gauge({ name: 'longshore_kube_proxy_elements', help: 'Elements of its sets and maps', registers });
  const applied = new Gauge({
    name: 'longshore_kube_proxy_applied_revision_info',
    help: 'The revision that the kernel holds, as a label',
    labelNames: ['revision'],
    registers,
  });
  const queries = new Counter({
    name: 'longshore_kube_proxy_dns_queries_total',
    help: 'DNS questions by where the answer came from',
    labelNames: ['source'],
    registers,
  });
  return {
    synced: ({ kind, durationMs, revision, ruleset }) => {
      duration.observe({ kind: kind ?? 'refused' }, durationMs / 1_000);
      if (kind === undefined) return;
      rules.set(sum([...ruleset.chains.values()].map((chain) => chain.rules.length)));
      elements.set(sum([...ruleset.sets.values()].map((set) => (set.elements === 'dynamic' ? 0 : set.elements.size))));
      applied.reset();
      applied.set({ revision }, 1);
    },
    dnsAnswered: (source) => queries.inc({ source }),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
