import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What every controller measures, by its name in the label `controller`. */
export interface ControllerMetrics {
  readonly depth: Gauge<'controller'>;
  readonly duration: Histogram<'controller'>;
  readonly errors: Counter<'controller'>;
}

/** Registers the controllers' metrics; call once a registry. */
export function createControllerMetrics(registry: Registry): ControllerMetrics {
  const registers = [registry];
  const labelNames = ['controller'] as const;
  return {
    depth: new Gauge({ name: 'longshore_controller_queue_depth', help: 'Keys that wait for a worker', labelNames, registers }),
    duration: new Histogram({
      name: 'longshore_controller_reconcile_seconds',
      help: 'Time that one reconcile takes',
      labelNames,
      registers,
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    }),
    errors: new Counter({ name: 'longshore_controller_errors_total', help: 'Reconciles that failed', labelNames, registers }),
  };
}
