import { Gauge, type Registry } from 'prom-client';

import type { Scheduler } from './scheduler.js';

/** Pods that wait for a node, read when they are asked for; under Kubernetes' name. Call once a registry. */
export function registerSchedulerMetrics(registry: Registry, scheduler: Pick<Scheduler, 'pending'>): void {
  new Gauge({
    name: 'scheduler_pending_pods',
    help: 'Pods that wait for a node: active (next), backoff (failed lately) or unschedulable (fit nowhere).',
    labelNames: ['queue'],
    registers: [registry],
    collect() {
      for (const [queue, count] of Object.entries(scheduler.pending())) this.set({ queue }, count);
    },
  });
}
