import type { Probe } from '../../proto/gen/longshore/node/v1/pod.js';
import type { Clock } from '../../lib/clock/clock.js';
import type { ProbeOutcome } from './probe-outcome.js';

/** Before a container has first passed a probe it is asked again after 100 ms, 200 ms ... up to the period. */
const firstRetryMs = 100;

/**
 * One probe of one running container, until its signal aborts.
 *
 * The first probe runs as soon as initialDelaySeconds have passed since the container's
 * start. Until a readiness or startup probe first passes, it is repeated at growing
 * intervals below the period, so that a pod is ready when it is ready and not up to a
 * period later; those extra rounds count for no threshold and make no event.
 */
export class Prober {
  readonly #options: ProberOptions;
  #passes = 0;
  #failures = 0;

  constructor(options: ProberOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, probe, startedAtMs, adopted, eager, random } = this.#options;
    const periodMs = Math.max(1, probe.periodSeconds) * 1000;
    const delayMs = startedAtMs + probe.initialDelaySeconds * 1000 - clock.now();
    // After a restart of the agent the probes of a node must not fall due all at once.
    await clock.sleep(Math.max(0, delayMs, adopted ? random() * periodMs : 0), signal);
    let everPassed = adopted;
    let retryMs = firstRetryMs;
    let roundMs = clock.monotonic();
    let inRound = true;
    while (!signal.aborted) {
      const outcome = await this.#options.probeOnce(signal);
      if (signal.aborted) return;
      everPassed ||= outcome.result === 'success';
      const early = eager && !everPassed;
      if (inRound || outcome.result === 'success') this.#count(outcome, early && retryMs === firstRetryMs);
      // Rounds of the period go on from the first probe; the extra ones lie between.
      if (clock.monotonic() - roundMs >= periodMs) roundMs = clock.monotonic();
      const untilRoundMs = Math.max(0, roundMs + periodMs - clock.monotonic());
      inRound = !early || retryMs >= untilRoundMs;
      await clock.sleep(inRound ? untilRoundMs : retryMs, signal);
      if (inRound) roundMs = clock.monotonic();
      retryMs *= 2;
    }
  }

  /** @param first the very first probe of a container that has just started: too early to complain of */
  #count({ result, message }: ProbeOutcome, first: boolean): void {
    const { probe, onResult, onFailure } = this.#options;
    if (result === 'unknown') return;
    if (result === 'success') {
      this.#failures = 0;
      this.#passes += 1;
      if (this.#passes >= Math.max(1, probe.successThreshold)) onResult('success');
      return;
    }
    this.#passes = 0;
    if (first) return;
    this.#failures += 1;
    onFailure(message);
    if (this.#failures >= Math.max(1, probe.failureThreshold)) onResult('failure');
  }
}

export interface ProberOptions {
  clock: Clock;
  probe: Probe;
  startedAtMs: number;
  /** The container ran before this agent did. */
  adopted: boolean;
  /** Ask more often than the period until the first success (readiness and startup). */
  eager: boolean;
  probeOnce: (signal: AbortSignal) => Promise<ProbeOutcome>;
  /** A threshold is reached; called again with every further result. */
  onResult: (result: 'success' | 'failure') => void;
  /** One probe has failed. */
  onFailure: (message: string) => void;
  /** Uniform in [0, 1). */
  random: () => number;
}
