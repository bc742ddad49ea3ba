import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const names = {
  runtimeErrors: 'longshore_kubelet_runtime_errors_total',
  steps: 'longshore_kubelet_pod_step_seconds',
  runningPods: 'longshore_kubelet_running_pods',
};

/** What the pod workers count, for /metrics. */
export class WorkerMetrics {
  readonly runtimeErrors: Counter;
  readonly #steps: Histogram<'step' | 'result'>;

  /** @param options.runningPods how many pods have a running sandbox, asked when the metrics are read */
  constructor(options: { registry: Registry; runningPods: () => number }) {
    const registers = [options.registry];
    // A node that got another place in the cluster has new workers.
    for (const name of Object.values(names)) options.registry.removeSingleMetric(name);
    this.runtimeErrors = new Counter({
      name: names.runtimeErrors,
      help: 'Failed looks at the container engine',
      registers,
    });
    this.#steps = new Histogram({
      name: names.steps,
      help: 'Time that one step of a pod worker took',
      labelNames: ['step', 'result'],
      buckets: [0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15],
      registers,
    });
    new Gauge({
      name: names.runningPods,
      help: 'Pods with a running sandbox',
      registers,
      collect() {
        this.set(options.runningPods());
      },
    });
  }

  /** Call the returned function with whether the step succeeded. */
  stepTimer(step: string): (succeeded: boolean) => void {
    const end = this.#steps.startTimer({ step });
    return (succeeded) => {
      end({ result: succeeded ? 'success' : 'failure' });
    };
  }
}
