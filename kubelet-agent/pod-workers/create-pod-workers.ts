import type { Registry } from 'prom-client';

import type { Clock } from '../../lib/clock/clock.js';
import type { Logger } from '../../lib/log/logger.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { ImageManager } from '../images/image-manager.js';
import { ProbeManager } from '../probes/probe-manager.js';
import { probeRunner, type RunProbe } from '../probes/run-probe.js';
import type { ContainerRuntime } from '../runtime/container-runtime.js';
import type { EventRecorder } from '../status/event-recorder.js';
import type { StatusReporter } from '../status/status-reporter.js';
import type { VolumeManager } from '../volumes/volume-manager.js';
import { BackgroundWork } from './background-work.js';
import { ContainerFactFinder } from './container-facts.js';
import { ContainerLauncher } from './container-launcher.js';
import { ContainerStopper } from './container-stopper.js';
import type { NodeContext } from './node-context.js';
import { PodObserver } from './pod-observer.js';
import { PodPublisher } from './pod-publisher.js';
import type { PodRecord } from './pod-record.js';
import { PodWorkers } from './pod-workers.js';
import { StepRunner } from './step-runner.js';
import { WorkerMetrics } from './worker-metrics.js';

/** Puts the parts of the pod workers together. */
export function createPodWorkers(options: {
  clock: Clock;
  log: Logger;
  runtime: ContainerRuntime;
  volumes: VolumeManager;
  images: ImageManager;
  reporter: StatusReporter;
  events: EventRecorder;
  node: () => NodeContext;
  recordFiles: Checkpoint<PodRecord>;
  /** What `recordFiles` held at the start. */
  records: Map<string, PodRecord>;
  metrics: Registry;
  onGone: (podUid: string) => void;
  signal: AbortSignal;
  /** Default: probes over the network and by the runtime's exec. */
  runProbe?: RunProbe;
}): PodWorkers {
  const { clock, runtime, images, reporter, node, recordFiles } = options;
  const probes = new ProbeManager({
    ...options,
    runProbe: options.runProbe ?? probeRunner({ runtime, clock }),
    onChange: (podUid) => {
      workers.probesChanged(podUid);
    },
  });
  const steps = new StepRunner({ ...options, launcher: new ContainerLauncher(options) });
  const background = new BackgroundWork({ ...options, stopper: new ContainerStopper(options) });
  const facts = new ContainerFactFinder(options);
  const publisher = new PodPublisher({ ...options, facts, probes, reporter, records: recordFiles });
  const metrics = new WorkerMetrics({ registry: options.metrics, runningPods: () => workers.runningPods });
  const workers: PodWorkers = new PodWorkers({
    ...options,
    publisher,
    shared: { clock, log: options.log, node, observer: new PodObserver({ runtime }), steps, background, metrics },
  });
  images.onChange((podUid) => {
    workers.imageChanged(podUid);
  });
  return workers;
}
