import { backoffDelay } from '../async/backoff.js';
import { linkedController } from '../async/signals.js';
import type { Clock } from '../clock/clock.js';
import { LongshoreError } from '../errors/errors.js';
import type { Logger } from '../log/logger.js';
import type { AgentIdentity } from './agent-identity.js';

/** Longest single wait: timers of Node end at 24.8 days, and a stepped clock is noticed within this. */
const longestWaitMs = 3_600_000;

type Identity = Pick<AgentIdentity, 'expiresAtMs'>;

/**
 * Keeps an agent in the possession of a valid certificate, however long it runs.
 *
 *   obtaining --(certificate)--> holding --(expired unrenewed)--> obtaining ...
 *
 * An agent that has never joined and cannot is an error of its configuration and ends. One
 * that has joined goes on without the control plane, and asks again until it is given a
 * join token that works.
 */
export class IdentityHolder<Held extends Identity = AgentIdentity> {
  readonly #options: IdentityHolderOptions<Held>;
  #problem: string | undefined = 'no client certificate yet';

  constructor(options: IdentityHolderOptions<Held>) {
    this.#options = options;
  }

  /** Why there is no valid certificate and what to do; undefined while there is one. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /**
   * Runs `use` while the certificate is valid, and again with the next one, until `signal` aborts.
   * @throws what `use` throws, and LongshoreError of ensureIdentity when the agent has never joined
   */
  async run(use: (identity: Held, signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const identity = await this.#obtain(signal);
      this.#problem = undefined;
      await this.#hold(identity, use, signal);
    }
  }

  async #obtain(signal: AbortSignal): Promise<Held> {
    const { obtain, hasJoined, clock, log } = this.#options;
    for (let failures = 1; ; failures += 1) {
      try {
        return await obtain(signal, (problem) => {
          this.#problem = problem;
        });
      } catch (thrown) {
        if (signal.aborted || !(await hasJoined())) throw thrown;
        const reason = LongshoreError.from(thrown).message;
        this.#problem = `cut off from the control plane until a valid join token is given: ${reason}`;
        log.error('no valid client certificate, going on without the control plane', { reason });
      }
      await clock.sleep(backoffDelay(failures, { initialMs: 1_000, maxMs: 60_000 }), signal);
    }
  }

  /** Ends when the certificate has expired, or with `signal`. */
  async #hold(identity: Held, use: (identity: Held, signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    const { keepFresh, log } = this.#options;
    using life = linkedController(signal);
    const until = async (ended: Promise<void>): Promise<void> => {
      try {
        await ended;
      } catch (thrown) {
        if (!life.signal.aborted) throw thrown;
      } finally {
        life.abort();
      }
    };
    await Promise.all([
      until(use(identity, life.signal)),
      until(keepFresh(identity, life.signal)),
      until(this.#untilExpired(identity, life.signal)),
    ]);
    if (signal.aborted) return;
    this.#problem = `the client certificate expired at ${new Date(identity.expiresAtMs).toISOString()}`;
    log.error('client certificate has expired without being renewed', { expiredAt: new Date(identity.expiresAtMs) });
  }

  async #untilExpired(identity: Held, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    for (;;) {
      const leftMs = identity.expiresAtMs - clock.now();
      if (leftMs <= 0) return;
      await clock.sleep(Math.min(leftMs, longestWaitMs), signal);
    }
  }
}

export interface IdentityHolderOptions<Held extends Identity> {
  /** ensureIdentity, with the join token as it is now. It tells what it waits for. */
  obtain: (signal: AbortSignal, onProblem: (problem: string) => void) => Promise<Held>;
  /** Whether a certificate was ever issued to this agent. */
  hasJoined: () => Promise<boolean>;
  /** keepIdentityFresh: renews `identity` in place. */
  keepFresh: (identity: Held, signal: AbortSignal) => Promise<void>;
  clock: Clock;
  log: Logger;
}
