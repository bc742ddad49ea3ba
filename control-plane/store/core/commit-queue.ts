import type { ChangeBatch } from '../store.js';

/** Largest group that is written at once, so that encoding it does not hold up the event loop. */
const maxGroupChanges = 512;
const maxGroupBytes = 4 * 1024 * 1024;

/**
 * Group commit: while one group of batches is being made durable, the next one gathers.
 * Groups follow each other in the order of their revisions.
 */
export class CommitQueue {
  readonly #commit: (group: readonly ChangeBatch[]) => Promise<void>;
  #waiting: ChangeBatch[] = [];
  #settled: Promise<void> = Promise.resolve();
  #running = false;

  /** @param commit makes a group durable and visible; must not throw */
  constructor(commit: (group: readonly ChangeBatch[]) => Promise<void>) {
    this.#commit = commit;
  }

  add(batch: ChangeBatch): void {
    this.#waiting.push(batch);
    if (!this.#running) this.#settled = this.#run();
  }

  /** Resolves once everything added so far has been committed. */
  async idle(): Promise<void> {
    while (this.#running) await this.#settled;
  }

  async #run(): Promise<void> {
    this.#running = true;
    // Writers of this turn of the event loop share the first group.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#commit(this.#takeGroup());
    this.#running = false;
  }

  #takeGroup(): ChangeBatch[] {
    let changes = 0;
    let bytes = 0;
    let count = 0;
    for (const batch of this.#waiting) {
      changes += batch.changes.length;
      for (const { current, previous } of batch.changes)
        bytes += (current?.value.byteLength ?? 0) + (previous?.value.byteLength ?? 0);
      if (count > 0 && (changes > maxGroupChanges || bytes > maxGroupBytes)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }
}
