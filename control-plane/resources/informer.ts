import { backoffDelay } from '../../lib/async/backoff.js';
import { type Clock } from '../../lib/clock/clock.js';
import { isError, LongshoreError } from '../../lib/errors/errors.js';
import type { Logger } from '../../lib/log/logger.js';
import { keyOf, type Informer, type KubeObject } from './client.js';
import { IndexedCache, type IndexFunctions } from './indexed-cache.js';
import { objectOf } from './registry/entries.js';
import type { ResourceRegistry } from './registry/registry.js';

type Handler<T> = (current: T | undefined, previous: T | undefined) => void;

const retry = { initialMs: 50, maxMs: 2_000 };

/**
 * The Informer of client.ts over a registry.
 *
 *   listing --(first list taken)--> watching --(Expired, error)--> listing ...
 *
 * After a new list, handlers hear of every difference from what the cache held, so that
 * nothing that happened during the gap is missed.
 */
export class StoreInformer<T extends KubeObject> implements Informer<T> {
  readonly #registry: ResourceRegistry<T>;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #cache = new IndexedCache<T>();
  readonly #handlers = new Set<Handler<T>>();
  readonly #syncWaiters = new Set<() => void>();
  #revision = 0;
  #synced = false;

  constructor(options: { registry: ResourceRegistry<T>; clock: Clock; log: Logger }) {
    this.#registry = options.registry;
    this.#clock = options.clock;
    this.#log = options.log.child({ informer: options.registry.definition.plural });
  }

  /** Adds indexes; one that is there already keeps its function. */
  addIndexes(indexes: IndexFunctions<T>): void {
    this.#cache.addIndexes(indexes);
  }

  get(namespace: string, name: string): T | undefined {
    return this.#cache.get(`${namespace}/${name}`);
  }

  list(namespace?: string): readonly T[] {
    return this.#cache.list(namespace);
  }

  byIndex(index: string, value: string): readonly T[] {
    return this.#cache.byIndex(index, value);
  }

  onChange(handler: Handler<T>): () => void {
    // Its own function object, so that one handler may be subscribed twice.
    const own: Handler<T> = (current, previous) => handler(current, previous);
    this.#handlers.add(own);
    for (const object of this.#cache.list()) own(object, undefined);
    return () => {
      this.#handlers.delete(own);
    };
  }

  async synced(signal?: AbortSignal): Promise<void> {
    if (this.#synced) return;
    await new Promise<void>((resolve, reject) => {
      const finish = (): void => {
        signal?.removeEventListener('abort', onAbort);
        this.#syncWaiters.delete(finish);
        resolve();
      };
      const onAbort = (): void => {
        this.#syncWaiters.delete(finish);
        reject(LongshoreError.from(signal?.reason, 'Cancelled'));
      };
      if (signal?.aborted) {
        onAbort();
        return;
      }
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#syncWaiters.add(finish);
    });
  }

  revision(): number {
    return this.#revision;
  }

  /** Keeps the cache fed until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        await this.#relist();
        failures = 0;
        await this.#watch(signal);
      } catch (thrown) {
        if (signal.aborted) return;
        if (isError(thrown, 'Expired')) {
          this.#log.info('watch fell behind, listing again', { revision: this.#revision });
          continue;
        }
        failures += 1;
        this.#log.warn('informer failed, trying again', { error: LongshoreError.from(thrown), failures });
        await this.#clock.sleep(backoffDelay(failures, retry), signal).catch(ignoreAbort(signal));
      }
    }
  }

  async #relist(): Promise<void> {
    const { revision, entries } = await this.#registry.page();
    const present = new Set<string>();
    for (const entry of entries) {
      const object = objectOf<T>(entry);
      present.add(keyOf(object));
      this.#take(object);
    }
    for (const object of this.#cache.list()) {
      if (!present.has(keyOf(object))) this.#drop(object);
    }
    this.#revision = revision;
    this.#synced = true;
    for (const finish of [...this.#syncWaiters]) finish();
  }

  async #watch(signal: AbortSignal): Promise<void> {
    for await (const batch of this.#registry.watch({ fromRevision: this.#revision }, signal)) {
      for (const { type, entry } of batch.events) {
        const object = objectOf<T>(entry);
        if (type === 'DELETED') this.#drop(object);
        else this.#take(object);
      }
      this.#revision = batch.revision;
    }
  }

  #take(object: T): void {
    const previous = this.#cache.set(object);
    if (previous?.metadata.resourceVersion === object.metadata.resourceVersion) return;
    this.#notify(object, previous);
  }

  #drop(object: T): void {
    if (this.#cache.delete(keyOf(object))) this.#notify(undefined, object);
  }

  #notify(current: T | undefined, previous: T | undefined): void {
    for (const handler of [...this.#handlers]) {
      try {
        handler(current, previous);
      } catch (thrown) {
        // A handler that breaks its promise must not keep the change from the others.
        this.#log.error('informer handler failed', { error: LongshoreError.from(thrown) });
      }
    }
  }
}

/** An abort ends a wait early; the loop around it sees the signal. */
function ignoreAbort(signal: AbortSignal): (thrown: unknown) => void {
  return (thrown) => {
    if (!signal.aborted) throw thrown;
  };
}
