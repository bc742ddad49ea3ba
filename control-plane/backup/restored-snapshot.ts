import type { StoreSnapshot } from '../store/store.js';

/** No store writes faster (measured: 80 a millisecond with 64 writers). */
const maxRevisionsPerMs = 100;
/** The clocks of the machine that made the backup and of this one may differ by this much. */
const skewMs = 3_600_000;

/**
 * Pure: what a store starts with that takes over from the one that `backup` was taken of,
 * `elapsedMs` ago.
 *
 * Revisions never go back, though nobody knows which were given out since the backup, by the
 * store that is lost or by one that was restored from the same file before: the new revision
 * lies above what any of them can have reached. All entries get that revision, so that no
 * client sees a resourceVersion older than the one it knows and none that it knows fits an
 * object again. The store has no history: watches from before are answered 410 Gone, and
 * clients list anew.
 */
export function restoredSnapshot(backup: StoreSnapshot, elapsedMs: number): StoreSnapshot {
  const revision = backup.revision + maxRevisionsPerMs * (Math.max(0, Math.ceil(elapsedMs)) + skewMs);
  return { revision, entries: backup.entries.map((entry) => ({ ...entry, modRevision: revision })) };
}
