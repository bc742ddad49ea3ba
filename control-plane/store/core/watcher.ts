import type { ChangeBatch } from '../store.js';

/**
 * One reader of a watch and the batches that it has not taken yet.
 *
 *   open --(finish)--> draining --(queue empty)--> ended
 *     +---(fail)-----------------------------------> failed, its queue is freed
 */
export class Watcher {
  readonly prefix: string;
  /** Only batches after this revision are its business. */
  readonly fromRevision: number;
  readonly #queue: ChangeBatch[];
  #ending: { readonly error?: Error } | undefined;
  #wake: (() => void) | undefined;

  /** @param backlog what it has to catch up with */
  constructor(prefix: string, fromRevision: number, backlog: ChangeBatch[]) {
    this.prefix = prefix;
    this.fromRevision = fromRevision;
    this.#queue = backlog;
  }

  /** Revision of the batch that is taken next, if one waits. */
  get nextRevision(): number | undefined {
    return this.#queue[0]?.revision;
  }

  push(batch: ChangeBatch): void {
    if (this.#ending) return;
    this.#queue.push(batch);
    this.#wake?.();
  }

  /** Ends the watch once its queue is taken. */
  finish(): void {
    this.#ending ??= {};
    this.#wake?.();
  }

  /** Ends the watch at once. */
  fail(error: Error): void {
    this.#ending = { error };
    this.#queue.length = 0;
    this.#wake?.();
  }

  /** Ends the watch at once, without an error: its reader went away. */
  cancel(): void {
    this.#ending = {};
    this.#queue.length = 0;
    this.#wake?.();
  }

  /** The oldest batch, as soon as there is one; undefined at the end. @throws the error it failed with */
  async take(): Promise<ChangeBatch | undefined> {
    for (;;) {
      const batch = this.#queue.shift();
      if (batch) return batch;
      if (this.#ending?.error) throw this.#ending.error;
      if (this.#ending) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
