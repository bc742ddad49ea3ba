import type { Change, Entry, Store } from '../../store/store.js';
import type { ResourceDefinition } from '../definition.js';
import { asOfRemoval, objectOf } from './entries.js';
import { prefixOf } from './keys.js';
import { everything, type Selection } from './selection.js';

export interface WatchOptions {
  namespace?: string;
  selection?: Selection;
  /** Changes after this revision. */
  fromRevision: number;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** For DELETED the last state, at the revision of the deletion. objectOf and bytesOf read it. */
  readonly entry: Entry;
}

/** All events of one revision; none when the revision changed nothing that was selected (good for a bookmark). */
export interface WatchBatch {
  readonly revision: number;
  readonly events: readonly WatchEvent[];
}

/**
 * Changes of a kind as Kubernetes' watch tells them. An object that begins to match the
 * selection is ADDED, one that no longer matches is DELETED.
 * @throws LongshoreError Expired, as Store.watch does
 */
export async function* watchChanges(
  store: Store,
  definition: ResourceDefinition,
  options: WatchOptions,
  signal: AbortSignal,
): AsyncGenerator<WatchBatch, void, undefined> {
  const selection = options.selection ?? everything;
  for await (const batch of store.watch(prefixOf(definition, options.namespace), options.fromRevision, signal)) {
    const events: WatchEvent[] = [];
    for (const change of batch.changes) {
      const event = eventOf(change, selection, batch.revision);
      if (event) events.push(event);
    }
    yield { revision: batch.revision, events };
  }
}

function eventOf({ current, previous }: Change, selection: Selection, revision: number): WatchEvent | undefined {
  const now = current && (selection.everything || selection.matches(objectOf(current))) ? current : undefined;
  const before = previous && (selection.everything || selection.matches(objectOf(previous))) ? previous : undefined;
  if (now) return { type: before ? 'MODIFIED' : 'ADDED', entry: now };
  if (!before) return undefined;
  return { type: 'DELETED', entry: asOfRemoval(before, revision) };
}
