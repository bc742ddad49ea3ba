import type { ChangeBatch } from '../store.js';
import { changesUnder, expired, type History } from './history.js';
import { Watcher } from './watcher.js';

/**
 * Hands every durable batch to the watchers of its keys. The cost of a batch depends on
 * its changes and on the watchers concerned, not on how many watchers there are.
 */
export class WatchHub {
  readonly #history: History;
  readonly #byPrefix = new Map<string, Set<Watcher>>();

  constructor(history: History) {
    this.#history = history;
  }

  /** How many watchers there are. */
  get size(): number {
    let size = 0;
    for (const group of this.#byPrefix.values()) size += group.size;
    return size;
  }

  /** @throws LongshoreError Expired when `fromRevision` has left the window */
  add(prefix: string, fromRevision: number): Watcher {
    const backlog = this.#history.after(fromRevision).flatMap((batch) => changesUnder(batch, prefix) ?? []);
    const watcher = new Watcher(prefix, fromRevision, backlog);
    const group = this.#byPrefix.get(prefix) ?? new Set();
    this.#byPrefix.set(prefix, group.add(watcher));
    return watcher;
  }

  /** Ends `watcher` and forgets it. */
  remove(watcher: Watcher): void {
    watcher.cancel();
    const group = this.#byPrefix.get(watcher.prefix);
    group?.delete(watcher);
    if (group?.size === 0) this.#byPrefix.delete(watcher.prefix);
  }

  /** Hands out `batch`, which the history has taken already. */
  publish(batch: ChangeBatch): void {
    for (const prefix of this.#prefixesOf(batch)) {
      const part = changesUnder(batch, prefix);
      if (!part) continue;
      for (const watcher of this.#byPrefix.get(prefix) ?? []) {
        if (batch.revision <= watcher.fromRevision) continue;
        watcher.push(part);
        this.#expireIfSlow(watcher);
      }
    }
  }

  /** Lets every watcher take what it has left, then end. */
  finish(): void {
    for (const watcher of this.#watchers()) watcher.finish();
  }

  fail(error: Error): void {
    for (const watcher of this.#watchers()) watcher.fail(error);
  }

  /** Fails the watchers whose next change has left the window, so that nobody holds on to more than the history does. */
  expireSlow(): void {
    for (const watcher of this.#watchers()) this.#expireIfSlow(watcher);
  }

  #expireIfSlow(watcher: Watcher): void {
    const { nextRevision } = watcher;
    const { compactedThrough } = this.#history;
    if (nextRevision !== undefined && nextRevision <= compactedThrough) watcher.fail(expired(nextRevision - 1, compactedThrough));
  }

  *#watchers(): Iterable<Watcher> {
    for (const group of this.#byPrefix.values()) yield* group;
  }

  /** The watched prefixes that a key of `batch` starts with. */
  #prefixesOf(batch: ChangeBatch): Set<string> {
    const found = new Set<string>();
    for (const { key } of batch.changes) {
      for (let length = 0; length <= key.length; length++) {
        const prefix = key.slice(0, length);
        if (this.#byPrefix.has(prefix)) found.add(prefix);
      }
    }
    return found;
  }
}
