import { createHash } from 'node:crypto';
import type { Clock } from '../../../lib/clock/clock.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import type { ObservedImage, RegistryCredentials } from '../container-runtime.js';
import type { FakeBehaviour } from './fake-behaviour.js';

interface RemoteImage {
  user: string;
  /** How long a pull takes. */
  pullMs: number;
  /** Needed to pull it. */
  password: string | undefined;
  failures: LongshoreError[];
}

/** The fake's local images and the registry that it pulls from. */
export class FakeImages {
  readonly #clock: Clock;
  readonly #behaviour: Pick<FakeBehaviour, 'pull'> | undefined;
  readonly #local = new Map<string, ObservedImage>();
  readonly #remote = new Map<string, RemoteImage>();

  constructor(options: { clock: Clock; local: readonly string[]; behaviour?: Pick<FakeBehaviour, 'pull'> }) {
    this.#clock = options.clock;
    this.#behaviour = options.behaviour;
    for (const reference of options.local) this.addLocal(reference);
  }

  /** Puts an image on the node. */
  addLocal(reference: string, { user = '' }: { user?: string } = {}): void {
    const id = `sha256:${createHash('sha256').update(reference).digest('hex')}`;
    this.#local.set(reference, { id, names: [reference], sizeBytes: 1_000_000, user });
  }

  /** Puts an image into the registry: pulls of it succeed, after `pullMs`, with `password` when one is set. */
  addRemote(reference: string, options: { user?: string; pullMs?: number; password?: string } = {}): void {
    const { user = '', pullMs = 0, password } = options;
    this.#remote.set(reference, { user, pullMs, password, failures: [] });
  }

  /** Lets the next pull of an image of the registry fail. Repeated calls queue up. */
  failNextPull(reference: string, error: LongshoreError): void {
    const image = this.#remote.get(reference);
    if (!image) throw new Error(`no image ${reference} in the registry`);
    image.failures.push(error);
  }

  removeLocal(reference: string): void {
    this.#local.delete(reference);
  }

  local(reference: string): ObservedImage | undefined {
    return this.#local.get(reference);
  }

  all(): ObservedImage[] {
    return [...this.#local.values()];
  }

  async pull(reference: string, credentials: RegistryCredentials | undefined, signal: AbortSignal): Promise<void> {
    const image = this.#remote.get(reference);
    if (image && image.pullMs > 0) await this.#clock.sleep(image.pullMs, signal);
    const failure = image?.failures.shift();
    if (failure) throw failure;
    if (!image && this.#behaviour) return this.#pullUnknown(reference, this.#behaviour, signal);
    if (!image) throw new LongshoreError('NotFound', `manifest for ${reference} not found: manifest unknown`);
    if (image.password !== undefined && credentials?.password !== image.password) {
      throw new LongshoreError('Unauthenticated', `pull access denied for ${reference}: no basic auth credentials`);
    }
    this.addLocal(reference, { user: image.user });
  }

  async #pullUnknown(reference: string, behaviour: Pick<FakeBehaviour, 'pull'>, signal: AbortSignal): Promise<void> {
    const { pullMs = 0, error } = behaviour.pull(reference);
    if (pullMs > 0) await this.#clock.sleep(pullMs, signal);
    if (error) throw error;
    this.addLocal(reference);
  }
}
