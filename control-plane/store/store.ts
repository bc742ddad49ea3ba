/**
 * The store: the only state of the control plane. A key-value map in which every
 * committed transaction has a revision of its own, larger than all before it; that
 * revision is Kubernetes' resourceVersion.
 *
 * Guarantees, checked by store-contract.ts on every driver:
 * - transact is linearizable; it resolves only once the write is durable;
 * - list at a revision sees exactly the transactions up to that revision;
 * - watch from a revision delivers every later change under its prefix once, in order;
 * - history older than the window is gone: reads and watches from there are `Expired`;
 * - a watcher sees only durable revisions.
 */
export interface Store {
  /** The newest durable revision; 0 for an empty store. */
  revision(): number;

  /** The entry of `key`, or undefined when there is none. Linearizable. */
  get(key: string): Promise<Entry | undefined>;

  /**
   * The entries under `prefix` in key order, as of one revision.
   * @param options.revision default: the newest. @throws LongshoreError Expired when it has left the window
   * @param options.limit at most this many; default: all
   * @param options.after only keys greater than this one (the last key of the page before)
   */
  list(prefix: string, options?: { revision?: number; limit?: number; after?: string }): Promise<ListResult>;

  /**
   * Applies `writes` at one new revision if every comparison holds, else nothing.
   * Keys of `writes` are distinct. At most 1.5 MiB a value.
   */
  transact(compare: readonly Compare[], writes: readonly Write[]): Promise<TransactResult>;

  /**
   * Changes under `prefix` after `fromRevision`, one batch a revision. Ends when `signal`
   * aborts; leaving the loop ends it too.
   * @throws LongshoreError Expired when fromRevision has left the window, or when this
   *   reader is so slow that its next change has
   */
  watch(prefix: string, fromRevision: number, signal: AbortSignal): AsyncIterable<ChangeBatch>;

  /** How much there is now, for metrics. */
  stats(): StoreStats;

  /** Waits for writes under way, then releases the driver's files. */
  close(): Promise<void>;
}

export interface StoreStats {
  readonly keys: number;
  /** Of the values of these keys; keys and history come on top. */
  readonly valueBytes: number;
  readonly watches: number;
  /** Changes that the history window holds. */
  readonly historyChanges: number;
}

/** One revision of one key. Immutable and shared: do not change what it hands out. */
export interface Entry {
  readonly key: string;
  /** The bytes that were written. */
  readonly value: Uint8Array;
  readonly createRevision: number;
  /** Revision of the transaction that wrote this value. */
  readonly modRevision: number;
}

export interface ListResult {
  readonly revision: number;
  readonly entries: readonly Entry[];
  /** Entries that the limit cut off. */
  readonly remaining: number;
}

/** All that a store holds at one revision, without its history. */
export interface StoreSnapshot {
  readonly revision: number;
  readonly entries: readonly Entry[];
}

/** Holds when the key's modRevision is `modRevision`; 0 means that the key does not exist. */
export interface Compare {
  readonly key: string;
  readonly modRevision: number;
}

export type Write =
  { readonly kind: 'put'; readonly key: string; readonly value: Uint8Array } | { readonly kind: 'delete'; readonly key: string };

export type TransactResult =
  | { readonly committed: true; readonly revision: number }
  /** `conflicts` holds the newest entry of every key whose comparison failed. */
  | { readonly committed: false; readonly conflicts: ReadonlyMap<string, Entry | undefined> };

export interface ChangeBatch {
  readonly revision: number;
  readonly changes: readonly Change[];
}

export interface Change {
  readonly key: string;
  /** Undefined for a deletion. */
  readonly current: Entry | undefined;
  /** Undefined for a creation. */
  readonly previous: Entry | undefined;
}
