import type { Container, Probe } from '../../proto/gen/longshore/node/v1/pod.js';
import type { Clock } from '../../lib/clock/clock.js';
import type { ProbeVerdict } from '../pod-workers/pod-snapshot.js';
import { Prober } from './prober.js';
import type { ProbeTarget, RunProbe } from './run-probe.js';

export type ProbeKind = 'Startup' | 'Readiness' | 'Liveness';

/**
 * The probes of one running container: the startup probe first, the others once it has
 * passed. A failed startup or liveness probe latches: this container is never well again.
 */
export class ContainerProbes {
  readonly #options: ContainerProbesOptions;
  readonly #stops = new Map<ProbeKind, AbortController>();
  #verdict: ProbeVerdict;
  #terminating = false;

  constructor(options: ContainerProbesOptions) {
    this.#options = options;
    const { startupProbe, readinessProbe } = options.container;
    const started = !startupProbe || (options.before?.started ?? false);
    this.#verdict = { started, ready: started && (!readinessProbe || (options.before?.ready ?? false)) };
    if (started) this.#begin('Readiness', 'Liveness');
    else this.#begin('Startup');
  }

  get verdict(): ProbeVerdict {
    return this.#verdict;
  }

  /** The container is being stopped: only its readiness still matters. */
  terminate(): void {
    if (this.#terminating) return;
    this.#terminating = true;
    this.#stops.get('Startup')?.abort();
    this.#stops.get('Liveness')?.abort();
  }

  stop(): void {
    for (const stop of this.#stops.values()) stop.abort();
  }

  #begin(...kinds: ProbeKind[]): void {
    for (const kind of kinds) {
      const probe = this.#probe(kind);
      if (!probe || this.#stops.has(kind) || (this.#terminating && kind !== 'Readiness')) continue;
      const stop = new AbortController();
      this.#stops.set(kind, stop);
      this.#run(kind, probe, stop.signal);
    }
  }

  #probe(kind: ProbeKind): Probe | undefined {
    const { startupProbe, readinessProbe, livenessProbe } = this.#options.container;
    return kind === 'Startup' ? startupProbe : kind === 'Readiness' ? readinessProbe : livenessProbe;
  }

  #run(kind: ProbeKind, probe: Probe, signal: AbortSignal): void {
    const { clock, runProbe, target, startedAtMs, before, random, onFailure, onError } = this.#options;
    const prober = new Prober({
      clock,
      probe,
      startedAtMs,
      adopted: before !== undefined,
      eager: kind !== 'Liveness',
      random,
      probeOnce: (probing) => runProbe(probe, { ...target, kind }, probing),
      onResult: (result) => {
        this.#take(kind, result);
      },
      onFailure: (message) => {
        onFailure(kind, message);
      },
    });
    prober.run(signal).catch((thrown: unknown) => {
      if (!signal.aborted) onError(kind, thrown);
    });
  }

  #take(kind: ProbeKind, result: 'success' | 'failure'): void {
    const before = this.#verdict;
    const passed = result === 'success';
    if (kind === 'Readiness') this.#verdict = { ...before, ready: passed };
    else if (!passed) this.#fail(kind);
    else if (kind === 'Startup' && !before.started) {
      this.#stops.get('Startup')?.abort();
      this.#verdict = { started: true, ready: !this.#options.container.readinessProbe };
      this.#begin('Readiness', 'Liveness');
    }
    const { started, ready, failed } = this.#verdict;
    if (started !== before.started || ready !== before.ready || failed !== before.failed) this.#options.onChange();
  }

  #fail(kind: 'Startup' | 'Liveness'): void {
    this.#stops.get(kind)?.abort();
    this.#verdict = { ...this.#verdict, failed: kind === 'Startup' ? 'startup' : 'liveness' };
  }
}

export interface ContainerProbesOptions {
  clock: Clock;
  container: Container;
  target: Omit<ProbeTarget, 'kind'>;
  startedAtMs: number;
  /** What was reported of this very container before the agent restarted; undefined for one that has just started. */
  before: { started: boolean; ready: boolean } | undefined;
  runProbe: RunProbe;
  random: () => number;
  /** The verdict has changed. */
  onChange: () => void;
  onFailure: (kind: ProbeKind, message: string) => void;
  /** A broken invariant, not a failed probe. */
  onError: (kind: ProbeKind, thrown: unknown) => void;
}
