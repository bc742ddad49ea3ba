import { LongshoreError } from '../../../lib/errors/errors.js';
import type { Logger } from '../../../lib/log/logger.js';
import type { Change, ChangeBatch, Compare, Entry, ListResult, Store, StoreStats, TransactResult, Write } from '../store.js';
import { checkTransaction } from './checks.js';
import { CommitQueue } from './commit-queue.js';
import type { DurableLog, LoadedState } from './durable-log.js';
import { defaultHistoryLimits, History, type HistoryLimits } from './history.js';
import { compareKeys, SortedMap } from './sorted-map.js';
import { WatchHub } from './watch-hub.js';

export interface RevisionedStoreOptions {
  readonly durableLog: DurableLog;
  readonly log: Logger;
  readonly history?: Partial<HistoryLimits>;
}

/** The newest write of a key that is not durable yet. */
interface PendingWrite {
  readonly revision: number;
  readonly entry: Entry | undefined;
}

/**
 * The store's rules, whatever the driver.
 *
 *   transact: compare with pending and durable entries -> next revision -> pending
 *     -> group commit (DurableLog.append) -> durable entries, history, watchers -> resolve
 *
 * Comparisons see writes that are under way, so that they are linearizable; readers and
 * watchers see durable revisions only. When the log fails, every write that is under way
 * is rejected (its outcome is unknown) and the store takes no more.
 */
export class RevisionedStore implements Store {
  readonly #durableLog: DurableLog;
  readonly #log: Logger;
  readonly #entries: SortedMap<Entry>;
  readonly #pending = new Map<string, PendingWrite>();
  readonly #history: History;
  readonly #hub: WatchHub;
  readonly #commits = new CommitQueue((group) => this.#commit(group));
  readonly #waiters = new Map<number, { resolve: () => void; reject: (error: Error) => void }[]>();
  #durableRevision: number;
  #newestRevision: number;
  #valueBytes: number;
  #closed = false;
  #failure: LongshoreError | undefined;

  private constructor(options: RevisionedStoreOptions, loaded: LoadedState) {
    this.#durableLog = options.durableLog;
    this.#log = options.log;
    this.#entries = new SortedMap(loaded.entries.map((entry) => [entry.key, entry]));
    this.#durableRevision = loaded.revision;
    this.#newestRevision = loaded.revision;
    this.#valueBytes = loaded.entries.reduce((sum, { value }) => sum + value.byteLength, 0);
    this.#history = new History({ ...defaultHistoryLimits, ...options.history }, loaded.revision - loaded.history.length);
    for (const batch of loaded.history) this.#history.append(batch);
    this.#hub = new WatchHub(this.#history);
  }

  /** Loads what the driver has kept. */
  static async open(options: RevisionedStoreOptions): Promise<RevisionedStore> {
    return new RevisionedStore(options, await options.durableLog.load());
  }

  revision(): number {
    return this.#durableRevision;
  }

  async get(key: string): Promise<Entry | undefined> {
    return this.#entries.get(key);
  }

  async list(prefix: string, options: { revision?: number; limit?: number; after?: string } = {}): Promise<ListResult> {
    const { revision = this.#durableRevision, limit = Infinity, after } = options;
    if (revision > this.#durableRevision) {
      throw new LongshoreError('InvalidArgument', `revision ${revision} lies in the future`, {
        fields: { revision, newestRevision: this.#durableRevision },
      });
    }
    const changed = this.#history.statesAt(revision, prefix);
    if (changed.size === 0) {
      const { values, remaining } = this.#entries.page(prefix, after, limit);
      return { revision, entries: values, remaining };
    }
    const past = this.#entries.page(prefix, after, Infinity).values.filter((entry) => !changed.has(entry.key));
    for (const entry of changed.values()) {
      if (entry && (after === undefined || entry.key > after)) past.push(entry);
    }
    past.sort((a, b) => compareKeys(a.key, b.key));
    const entries = past.slice(0, limit);
    return { revision, entries, remaining: past.length - entries.length };
  }

  async transact(compare: readonly Compare[], writes: readonly Write[]): Promise<TransactResult> {
    this.#checkUsable();
    checkTransaction(compare, writes);
    const failed = compare.filter(({ key, modRevision }) => (this.#newest(key)?.modRevision ?? 0) !== modRevision);
    if (failed.length > 0) {
      const conflicts = new Map(failed.map(({ key }) => [key, this.#newest(key)]));
      await this.#untilDurable(Math.max(...failed.map(({ key }) => this.#pending.get(key)?.revision ?? 0)));
      return { committed: false, conflicts };
    }
    const batch = this.#nextBatch(writes);
    if (batch.changes.length > 0) {
      this.#newestRevision = batch.revision;
      for (const { key, current } of batch.changes) this.#pending.set(key, { revision: batch.revision, entry: current });
      this.#commits.add(batch);
    }
    const revision = this.#newestRevision;
    await this.#untilDurable(revision);
    return { committed: true, revision };
  }

  async *watch(prefix: string, fromRevision: number, signal: AbortSignal): AsyncGenerator<ChangeBatch, void, undefined> {
    if (signal.aborted) return;
    this.#checkUsable();
    const watcher = this.#hub.add(prefix, fromRevision);
    const cancel = (): void => {
      watcher.cancel();
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      for (;;) {
        const batch = await watcher.take();
        if (!batch) return;
        yield batch;
      }
    } finally {
      signal.removeEventListener('abort', cancel);
      this.#hub.remove(watcher);
    }
  }

  stats(): StoreStats {
    return {
      keys: this.#entries.size,
      valueBytes: this.#valueBytes,
      watches: this.#hub.size,
      historyChanges: this.#history.size,
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#commits.idle();
    this.#hub.finish();
    await this.#durableLog.close();
  }

  #checkUsable(): void {
    if (this.#failure) throw this.#failure;
    if (this.#closed) throw new LongshoreError('Unavailable', 'the store is closed');
  }

  #newest(key: string): Entry | undefined {
    const pending = this.#pending.get(key);
    return pending ? pending.entry : this.#entries.get(key);
  }

  /** The changes that `writes` make at the next revision; deleting what does not exist is none. */
  #nextBatch(writes: readonly Write[]): ChangeBatch {
    const revision = this.#newestRevision + 1;
    const changes: Change[] = [];
    for (const write of writes) {
      const { key } = write;
      const previous = this.#newest(key);
      if (write.kind === 'put') {
        const createRevision = previous?.createRevision ?? revision;
        changes.push({ key, current: { key, value: write.value, createRevision, modRevision: revision }, previous });
      } else if (previous) {
        changes.push({ key, current: undefined, previous });
      }
    }
    return { revision, changes };
  }

  #untilDurable(revision: number): Promise<void> {
    if (revision <= this.#durableRevision) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiters = this.#waiters.get(revision) ?? [];
      waiters.push({ resolve, reject });
      this.#waiters.set(revision, waiters);
    });
  }

  async #commit(group: readonly ChangeBatch[]): Promise<void> {
    if (this.#failure) return;
    try {
      await this.#durableLog.append(group, this.#history.compactedThrough);
    } catch (thrown) {
      this.#fail(thrown);
      return;
    }
    for (const batch of group) this.#publish(batch);
    this.#hub.expireSlow();
  }

  /** In one turn of the event loop revision() moves on and every watcher concerned is handed the batch. */
  #publish(batch: ChangeBatch): void {
    for (const { key, current, previous } of batch.changes) {
      this.#valueBytes += (current?.value.byteLength ?? 0) - (previous?.value.byteLength ?? 0);
      if (current) this.#entries.set(key, current);
      else this.#entries.delete(key);
      if (this.#pending.get(key)?.revision === batch.revision) this.#pending.delete(key);
    }
    this.#durableRevision = batch.revision;
    this.#history.append(batch);
    this.#hub.publish(batch);
    for (const waiter of this.#waiters.get(batch.revision) ?? []) waiter.resolve();
    this.#waiters.delete(batch.revision);
  }

  #fail(thrown: unknown): void {
    const error = new LongshoreError('Unavailable', 'the store cannot write any more', { cause: thrown });
    this.#failure = error;
    this.#log.error('store failed to make a write durable', { error: LongshoreError.from(thrown) });
    this.#hub.fail(error);
    for (const waiters of this.#waiters.values()) for (const waiter of waiters) waiter.reject(error);
    this.#waiters.clear();
  }
}
