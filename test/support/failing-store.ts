import type {
  ChangeBatch,
  Compare,
  Entry,
  ListResult,
  Store,
  StoreStats,
  TransactResult,
  Write,
} from '../../control-plane/store/store.js';
import { systemClock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';

export interface FailingStoreOptions {
  store: Store;
  /** How late watchers hear of a change; drawn anew for each. Default: at once. */
  watchDelayMs?: () => number;
  /** After so many writes nothing answers any more, as when the process was killed. */
  dieAfterWrites?: number;
  /** Whether a write fails although it was committed. */
  loseAnswer?: () => boolean;
}

/** A store whose watchers lag, whose answers get lost, or whose user dies at a given write. */
export class FailingStore implements Store {
  readonly #options: FailingStoreOptions;
  #writes = 0;

  constructor(options: FailingStoreOptions) {
    this.#options = options;
  }

  get isDead(): boolean {
    return this.#writes > (this.#options.dieAfterWrites ?? Infinity);
  }

  revision(): number {
    return this.#options.store.revision();
  }

  get(key: string): Promise<Entry | undefined> {
    return this.#alive(() => this.#options.store.get(key));
  }

  list(prefix: string, options?: Parameters<Store['list']>[1]): Promise<ListResult> {
    return this.#alive(() => this.#options.store.list(prefix, options));
  }

  async transact(compare: readonly Compare[], writes: readonly Write[]): Promise<TransactResult> {
    this.#writes += 1;
    const result = await this.#alive(() => this.#options.store.transact(compare, writes));
    if (result.committed && this.#options.loseAnswer?.()) throw new LongshoreError('Unavailable', 'the answer was lost');
    return result;
  }

  async *watch(prefix: string, fromRevision: number, signal: AbortSignal): AsyncIterable<ChangeBatch> {
    for await (const batch of this.#options.store.watch(prefix, fromRevision, signal)) {
      const delayMs = this.#options.watchDelayMs?.() ?? 0;
      if (delayMs > 0) await systemClock.sleep(delayMs, signal);
      yield batch;
    }
  }

  stats(): StoreStats {
    return this.#options.store.stats();
  }

  close(): Promise<void> {
    return this.#options.store.close();
  }

  #alive<T>(run: () => Promise<T>): Promise<T> {
    return this.isDead ? new Promise(() => undefined) : run();
  }
}
