import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the pod workers count, for /metrics. */
export class WorkerMetrics {
  readonly runtimeErrors: Counter;
  readonly #steps: Histogram<'step' | 'result'>;

  /** @param options.runningPods how many pods have a running sandbox, asked when the metrics are read */
  constructor(options: { registry: Registry; runningPods: () => number }) {
    const registers = [options.registry];
    this.runtimeErrors = new Counter({
      name: 'longshore_kubelet_runtime_errors_total',
      help: 'Failed looks at the container engine',
      registers,
    });
    this.#steps = new Histogram({
      name: 'longshore_kubelet_pod_step_seconds',
      help: 'Time that one step of a pod worker took',
      labelNames: ['step', 'result'],
      buckets: [0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15],
      registers,
    });
    new Gauge({
      name: 'longshore_kubelet_running_pods',
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
