import type { Container } from '../../proto/gen/longshore/node/v1/pod.js';
import type { Clock } from '../../lib/clock/clock.js';
import type { Logger } from '../../lib/log/logger.js';
import { type DesiredPod, fieldPathOf } from '../pod-workers/desired-pod.js';
import type { ProbeVerdict } from '../pod-workers/pod-snapshot.js';
import type { EventRecorder } from '../status/event-recorder.js';
import { ContainerProbes, type ProbeKind } from './container-probes.js';
import type { RunProbe } from './run-probe.js';

/** A container that runs and may have probes. */
export interface ProbedContainer {
  container: Container;
  id: string;
  startedAtMs: number;
  before: { started: boolean; ready: boolean } | undefined;
}

/** Probes the containers of all pods of the node, each at its own pace. */
export class ProbeManager {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #events: EventRecorder;
  readonly #runProbe: RunProbe;
  readonly #random: () => number;
  readonly #onChange: (podUid: string) => void;
  readonly #pods = new Map<string, Map<string, ContainerProbes>>();

  constructor(options: {
    clock: Clock;
    log: Logger;
    events: EventRecorder;
    runProbe: RunProbe;
    /** A verdict of the pod has changed. */
    onChange: (podUid: string) => void;
    /** Uniform in [0, 1). Default Math.random. */
    random?: () => number;
  }) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#events = options.events;
    this.#runProbe = options.runProbe;
    this.#random = options.random ?? Math.random;
    this.#onChange = options.onChange;
  }

  /** Makes `running` the containers of the pod that are probed: begins with new ones, ends with those that are gone. */
  sync(desired: DesiredPod, podIp: string, running: readonly ProbedContainer[], terminating: boolean): void {
    const known = this.#pods.get(desired.uid) ?? new Map<string, ContainerProbes>();
    for (const [id, probes] of known) {
      if (running.some((container) => container.id === id)) continue;
      probes.stop();
      known.delete(id);
    }
    for (const probed of running) {
      if (!known.has(probed.id) && hasProbes(probed.container)) known.set(probed.id, this.#begin(desired, podIp, probed));
    }
    if (terminating) for (const probes of known.values()) probes.terminate();
    if (known.size > 0) this.#pods.set(desired.uid, known);
    else this.#pods.delete(desired.uid);
  }

  /** By container id; containers without probes are missing. */
  verdicts(podUid: string): ReadonlyMap<string, ProbeVerdict> {
    return new Map([...(this.#pods.get(podUid) ?? [])].map(([id, probes]) => [id, probes.verdict]));
  }

  remove(podUid: string): void {
    for (const probes of this.#pods.get(podUid)?.values() ?? []) probes.stop();
    this.#pods.delete(podUid);
  }

  #begin(
    { uid, pod, spec }: DesiredPod,
    podIp: string,
    { container, id, startedAtMs, before }: ProbedContainer,
  ): ContainerProbes {
    return new ContainerProbes({
      clock: this.#clock,
      container,
      target: { containerId: id, podIp },
      startedAtMs,
      before,
      runProbe: this.#runProbe,
      random: this.#random,
      onChange: () => {
        this.#onChange(uid);
      },
      onFailure: (kind: ProbeKind, message) => {
        const fieldPath = fieldPathOf(spec, container.name);
        this.#events.record({
          pod,
          fieldPath,
          type: 'Warning',
          reason: 'Unhealthy',
          message: `${kind} probe failed: ${message}`,
        });
      },
      onError: (kind, error) => {
        this.#log.error('prober failed', { kind, pod: pod.name, podUid: uid, container: container.name, error });
      },
    });
  }
}

function hasProbes({ startupProbe, livenessProbe, readinessProbe }: Container): boolean {
  return startupProbe !== undefined || livenessProbe !== undefined || readinessProbe !== undefined;
}
