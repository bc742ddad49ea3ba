import type { ChangeBatch, Entry } from '../store.js';

/**
 * What a driver does for the store: keep batches. The rest (revisions, comparisons, reads,
 * watches) is the same for all drivers and lives in RevisionedStore.
 */
export interface DurableLog {
  /** What was kept so far. Called once, first. */
  load(): Promise<LoadedState>;
  /**
   * Keeps `batches`, all or none of a batch, in order. Resolves once they are durable.
   * Calls do not overlap. A throw means that nothing more can be kept.
   * @param compactedThrough batches up to this revision need not be remembered as history
   */
  append(batches: readonly ChangeBatch[], compactedThrough: number): Promise<void>;
  close(): Promise<void>;
}

export interface LoadedState {
  readonly revision: number;
  readonly entries: readonly Entry[];
  /** Batches up to `revision` without a gap, oldest first; as many as are remembered. */
  readonly history: readonly ChangeBatch[];
}
