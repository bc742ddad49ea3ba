import { LongshoreError } from '../../../lib/errors/errors.js';
import type { Change, ChangeBatch, Entry } from '../store.js';

/** How much history a store keeps. The oldest revisions go first. */
export interface HistoryLimits {
  /** Default 10,000. */
  readonly maxChanges: number;
  /** Of the values in it. Default 64 MiB. */
  readonly maxBytes: number;
}

export const defaultHistoryLimits: HistoryLimits = { maxChanges: 10_000, maxBytes: 64 * 1024 * 1024 };

/** The newest batches, one a revision, without a gap. */
export class History {
  readonly #limits: HistoryLimits;
  #batches: ChangeBatch[] = [];
  /** Index of the oldest batch that is kept; what lies before it in the array is gone. */
  #head = 0;
  #changes = 0;
  #bytes = 0;
  #compactedThrough: number;

  /** @param compactedThrough the newest revision that is not in the history */
  constructor(limits: HistoryLimits, compactedThrough: number) {
    this.#limits = limits;
    this.#compactedThrough = compactedThrough;
  }

  /** The newest revision that has left the window. A read or watch from here on is served, from before is not. */
  get compactedThrough(): number {
    return this.#compactedThrough;
  }

  /** How many changes are kept. */
  get size(): number {
    return this.#changes;
  }

  /** Adds the batch of the next revision, then drops the oldest ones beyond the limits. */
  append(batch: ChangeBatch): void {
    this.#batches.push(batch);
    this.#changes += batch.changes.length;
    this.#bytes += sizeOf(batch);
    while (this.#changes > this.#limits.maxChanges || this.#bytes > this.#limits.maxBytes) this.#dropOldest();
    if (this.#head > 1024 && this.#head * 2 > this.#batches.length) {
      this.#batches = this.#batches.slice(this.#head);
      this.#head = 0;
    }
  }

  /**
   * The batches after `revision`, oldest first.
   * @throws LongshoreError Expired
   */
  after(revision: number): ChangeBatch[] {
    if (revision < this.#compactedThrough) throw expired(revision, this.#compactedThrough);
    return this.#batches.slice(this.#head + revision - this.#compactedThrough);
  }

  /**
   * What the keys under `prefix` that changed after `revision` held at `revision`.
   * @throws LongshoreError Expired
   */
  statesAt(revision: number, prefix: string): Map<string, Entry | undefined> {
    const states = new Map<string, Entry | undefined>();
    for (const batch of this.after(revision)) {
      for (const change of batch.changes) {
        if (change.key.startsWith(prefix) && !states.has(change.key)) states.set(change.key, change.previous);
      }
    }
    return states;
  }

  #dropOldest(): void {
    const oldest = this.#batches[this.#head];
    if (!oldest) throw new LongshoreError('Internal', 'the history lost count of its changes');
    this.#head++;
    this.#changes -= oldest.changes.length;
    this.#bytes -= sizeOf(oldest);
    this.#compactedThrough = oldest.revision;
  }
}

/** The error of a read or watch whose revision has left the window. */
export function expired(revision: number, compactedThrough: number): LongshoreError {
  return new LongshoreError('Expired', `revision ${revision} has left the history window (oldest: ${compactedThrough})`, {
    fields: { revision, oldestRevision: compactedThrough },
  });
}

/** The part of `batch` under `prefix`, or undefined when there is none. */
export function changesUnder(batch: ChangeBatch, prefix: string): ChangeBatch | undefined {
  const isUnder = ({ key }: Change): boolean => key.startsWith(prefix);
  if (batch.changes.every(isUnder)) return batch;
  const changes = batch.changes.filter(isUnder);
  return changes.length === 0 ? undefined : { revision: batch.revision, changes };
}

/** Both values of a change stay alive as long as it is kept. */
function sizeOf(batch: ChangeBatch): number {
  return batch.changes.reduce(
    (sum, { current, previous }) => sum + (current?.value.byteLength ?? 0) + (previous?.value.byteLength ?? 0),
    0,
  );
}
