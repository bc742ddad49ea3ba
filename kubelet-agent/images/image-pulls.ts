import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { backoffDelay } from '../../lib/async/backoff.js';
import { linkedController } from '../../lib/async/signals.js';
import type { Clock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { Logger } from '../../lib/log/logger.js';
import type { ContainerRuntime, RegistryCredentials } from '../runtime/container-runtime.js';

/**
 * One image as pulled with one set of credentials.
 *
 *   pulling -> succeeded -> pulling (when asked again)
 *           -> failed    -> pulling (when asked again, after retryAtMs)
 */
export type PullState =
  | { state: 'pulling'; startedAtMs: number }
  | { state: 'succeeded'; startedAtMs: number; atMs: number }
  | { state: 'failed'; atMs: number; retryAtMs: number; failures: number; message: string };

export interface PullRequest {
  /** Full name, equal for all ways of writing it. */
  reference: string;
  /** As the pod has it; what the engine is asked for. */
  image: string;
  /** Tried in order; none: anonymously. */
  credentials: readonly RegistryCredentials[];
}

const backoff = { initialMs: 10_000, maxMs: 300_000, jitter: 0 };
/** How long the end of a pull that nobody asks about is remembered. */
const rememberMs = 2 * backoff.maxMs;

/** Pulls, one at a time for each image and set of credentials, whoever wants it. */
export class ImagePulls {
  readonly #runtime: Pick<ContainerRuntime, 'pullImage'>;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #signal: AbortSignal;
  readonly #states = new Map<string, PullState>();
  readonly #onChange: (key: string) => void;

  /** @param options.onChange called with the key of a pull that ended, and of one that may be tried again */
  constructor(options: {
    runtime: Pick<ContainerRuntime, 'pullImage'>;
    clock: Clock;
    log: Logger;
    signal: AbortSignal;
    onChange: (key: string) => void;
  }) {
    this.#runtime = options.runtime;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#signal = linkedController(options.signal).signal;
    // One listener for every pull and every wait; each goes with what it is for.
    setMaxListeners(0, this.#signal);
    this.#onChange = options.onChange;
  }

  /** Pulls with other credentials are other pulls: one pod's failure is not another's. */
  static key({ reference, credentials }: Omit<PullRequest, 'image'>): string {
    const identity = createHash('sha256').update(JSON.stringify(credentials)).digest('hex');
    return `${reference} ${credentials.length === 0 ? 'anonymous' : identity}`;
  }

  get(key: string): PullState | undefined {
    return this.#states.get(key);
  }

  /** Starts a pull unless one is running or has to wait. @returns whether it began one */
  begin(request: PullRequest): boolean {
    const key = ImagePulls.key(request);
    const previous = this.#states.get(key);
    const now = this.#clock.now();
    if (previous?.state === 'pulling' || (previous?.state === 'failed' && now < previous.retryAtMs)) return false;
    this.#prune(now);
    this.#states.set(key, { state: 'pulling', startedAtMs: now });
    void this.#run(key, request, previous?.state === 'failed' ? previous.failures : 0);
    return true;
  }

  /** Never rejects: the outcome is the state. */
  async #run(key: string, request: PullRequest, failuresBefore: number): Promise<void> {
    const startedAtMs = this.#clock.now();
    try {
      await this.#pull(request);
      this.#states.set(key, { state: 'succeeded', startedAtMs, atMs: this.#clock.now() });
      this.#log.info('image pulled', { image: request.reference });
    } catch (thrown) {
      const { message } = LongshoreError.from(thrown);
      const failures = failuresBefore + 1;
      const atMs = this.#clock.now();
      const delayMs = backoffDelay(failures, backoff);
      this.#states.set(key, { state: 'failed', atMs, retryAtMs: atMs + delayMs, failures, message });
      if (!this.#signal.aborted) {
        this.#log.warn('image pull failed', { image: request.reference, failures, reason: message });
        this.#tellAfter(delayMs, key);
      }
    }
    this.#onChange(key);
  }

  async #pull({ image, credentials }: PullRequest): Promise<void> {
    const attempts: readonly (RegistryCredentials | undefined)[] = credentials.length === 0 ? [undefined] : credentials;
    for (const [index, attempt] of attempts.entries()) {
      try {
        await this.#runtime.pullImage(image, attempt, this.#signal);
        return;
      } catch (thrown) {
        this.#signal.throwIfAborted();
        if (index === attempts.length - 1) throw thrown;
      }
    }
  }

  #tellAfter(delayMs: number, key: string): void {
    const signal = this.#signal;
    const cancel = this.#clock.after(delayMs, () => {
      signal.removeEventListener('abort', cancel);
      this.#onChange(key);
    });
    signal.addEventListener('abort', cancel, { once: true });
  }

  #prune(now: number): void {
    for (const [key, pull] of this.#states) {
      if (pull.state !== 'pulling' && now > pull.atMs + rememberMs) this.#states.delete(key);
    }
  }
}
