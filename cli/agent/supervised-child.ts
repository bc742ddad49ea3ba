import { backoffDelay } from '../../lib/async/backoff.js';
import { linkedController, waitForAbort } from '../../lib/async/signals.js';
import type { Clock } from '../../lib/clock/clock.js';
import type { ProcessFailure } from '../../lib/lifecycle/supervised-process.js';
import type { Logger } from '../../lib/log/logger.js';
import type { ChildEnd, StartChild } from './child-runner.js';
import type { ChildSpec } from './child-specs.js';

/** A child that ran so long did start: its next end begins a new count. */
const stableMs = 10_000;
/** A little more than what a process gives itself to end. */
const releaseMs = 12_000;

/**
 * Where a child is:
 *
 *   waiting --(started)--> running --(ended by itself)--> waiting (longer each time) ...
 *                             |
 *                             +--(restart, stop)--> ending --(ended)--> running, or no more
 */
export type ChildState =
  | { readonly phase: 'waiting'; readonly reason: string }
  | { readonly phase: 'running'; readonly pid: number | undefined }
  | { readonly phase: 'ending' };

/** Keeps one child process running: one that ends is started again, with a pause of at most 30 s. */
export class SupervisedChild {
  readonly #options: SupervisedChildOptions;
  #spec: ChildSpec;
  #state: ChildState = { phase: 'waiting', reason: 'not started yet' };
  #starts = 0;
  /** Aborted to end the present process or pause, and replaced with the next. */
  #turn = new AbortController();
  #onStarted: (() => void)[] = [];

  constructor(options: SupervisedChildOptions) {
    this.#options = options;
    this.#spec = options.spec;
  }

  get spec(): ChildSpec {
    return this.#spec;
  }

  get state(): ChildState {
    return this.#state;
  }

  /** How often the process was started. */
  get starts(): number {
    return this.#starts;
  }

  /** Ends the process in order and starts it again, as `spec` says if one is given. Resolves once the new one is started. */
  restart(spec: ChildSpec = this.#spec): Promise<void> {
    this.#spec = spec;
    const started = new Promise<void>((resolve) => this.#onStarted.push(resolve));
    this.#turn.abort();
    return started;
  }

  /** Until `signal` aborts and the process has ended. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, onFailure } = this.#options;
    let failures = 0;
    while (!signal.aborted) {
      this.#turn = new AbortController();
      using stop = linkedController(signal);
      const turn = this.#turn.signal;
      turn.addEventListener('abort', () => stop.abort(), { once: true });
      const startedMs = clock.monotonic();
      const end = await this.#runOnce(stop.signal);
      if (stop.signal.aborted) {
        failures = 0;
        continue;
      }
      failures = clock.monotonic() - startedMs >= stableMs ? 1 : failures + 1;
      const pauseMs = backoffDelay(failures, { initialMs: 500, maxMs: 30_000 });
      const reason = reasonOf(end);
      this.#state = { phase: 'waiting', reason };
      log.warn('child ended by itself, starting it again', { child: this.#spec.name, reason, pauseMs });
      if (end.failure) await onFailure(this.#spec, end.failure);
      await clock.sleep(pauseMs, stop.signal).catch(() => undefined);
    }
  }

  /** One life of the process: until it ends, by itself or because of `stop`. */
  async #runOnce(stop: AbortSignal): Promise<ChildEnd> {
    const { startChild, clock, log } = this.#options;
    const { name } = this.#spec;
    const child = startChild(this.#spec);
    this.#starts += 1;
    this.#state = { phase: 'running', pid: child.pid };
    log.info('child started', { child: name, pid: child.pid });
    for (const resolve of this.#onStarted.splice(0)) resolve();
    const first = await Promise.race([child.ended, waitForAbort(stop)]);
    if (first) return first;
    this.#state = { phase: 'ending' };
    child.release();
    const cancel = clock.after(releaseMs, () => {
      log.error('child did not end in time, killing it', { child: name, pid: child.pid, releaseMs });
      child.kill();
    });
    const end = await child.ended;
    cancel();
    return end;
  }
}

export interface SupervisedChildOptions {
  spec: ChildSpec;
  startChild: StartChild;
  /** Told why the child ended by itself, when it said so. */
  onFailure: (spec: ChildSpec, failure: ProcessFailure) => Promise<void>;
  clock: Clock;
  log: Logger;
}

function reasonOf({ code, signal, failure }: ChildEnd): string {
  if (failure) return failure.message;
  return signal === null ? `it ended with status ${code ?? 0}` : `it was killed by ${signal}`;
}
