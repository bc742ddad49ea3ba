import { linkedController } from '../../lib/async/signals.js';
import type { Clock } from '../../lib/clock/clock.js';
import type { Logger } from '../../lib/log/logger.js';
import type { Informer, KubeObject } from './client.js';
import type { IndexFunctions } from './indexed-cache.js';
import { StoreInformer } from './informer.js';
import type { ResourceRegistry } from './registry/registry.js';

/** One informer a kind, shared; each is started when the set runs, or at once when it runs already. */
export class InformerSet {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #informers = new Map<ResourceRegistry, StoreInformer<KubeObject>>();
  #start: ((informer: StoreInformer<KubeObject>) => void) | undefined;

  constructor(options: { clock: Clock; log: Logger }) {
    this.#clock = options.clock;
    this.#log = options.log;
  }

  get<T extends KubeObject>(registry: ResourceRegistry<T>, indexes: IndexFunctions<T>): Informer<T> {
    // One map for all kinds: a registry's own informer has the registry's type.
    const key = registry as unknown as ResourceRegistry;
    const known = this.#informers.get(key) as unknown as StoreInformer<T> | undefined;
    const informer = known ?? new StoreInformer<T>({ registry, clock: this.#clock, log: this.#log });
    informer.addIndexes(indexes);
    if (!known) {
      const shared = informer as unknown as StoreInformer<KubeObject>;
      this.#informers.set(key, shared);
      this.#start?.(shared);
    }
    return informer;
  }

  /** Runs all informers until `signal` aborts. @throws what an informer throws: a broken invariant */
  async run(signal: AbortSignal): Promise<void> {
    // One listener on the caller's signal, however many informers there are.
    using group = linkedController(signal);
    const running = new Set<Promise<void>>();
    await new Promise<void>((resolve, reject) => {
      const start = (informer: StoreInformer<KubeObject>): void => {
        running.add(informer.run(group.signal).catch(reject));
      };
      this.#start = start;
      this.#informers.forEach(start);
      if (group.signal.aborted) resolve();
      else group.signal.addEventListener('abort', () => resolve(), { once: true });
    }).finally(() => {
      this.#start = undefined;
      group.abort();
    });
    await Promise.all(running);
  }
}
