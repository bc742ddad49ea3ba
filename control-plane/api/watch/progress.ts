import type { Clock } from '../../../lib/clock/clock.js';
import type { WatchBatch } from '../../resources/registry/watcher.js';

/**
 * The batches of a watch, and in times of quiet a batch without events whose revision says
 * how far the watch has come. Pulls one batch at a time: a slow reader holds nothing here.
 * @param options.everyMs longest time without a batch
 * @param options.revision the newest durable revision. The store hands a change to its
 *   watchers in the same turn of the event loop in which this moves on
 */
export async function* withProgress(
  batches: AsyncIterable<WatchBatch>,
  options: { clock: Clock; everyMs: number; revision: () => number },
): AsyncGenerator<WatchBatch, void, undefined> {
  const iterator = batches[Symbol.asyncIterator]();
  try {
    let pending = iterator.next();
    for (;;) {
      const quiet = await quietFor(pending, options);
      if (quiet !== undefined) {
        yield { revision: quiet, events: [] };
        continue;
      }
      const result = await pending;
      if (result.done) return;
      yield result.value;
      pending = iterator.next();
      // Its failure is seen at the next turn of this loop.
      pending.catch(() => undefined);
    }
  } finally {
    await iterator.return?.();
  }
}

/** The revision reached when `pending` stays unsettled for `everyMs`; undefined as soon as it settles. */
function quietFor(
  pending: Promise<unknown>,
  { clock, everyMs, revision }: { clock: Clock; everyMs: number; revision: () => number },
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const settled = (): void => {
      cancel();
      resolve(undefined);
    };
    const cancel = clock.after(everyMs, () => {
      const reached = revision();
      // What was handed out up to `reached` settles `pending` before this runs.
      setImmediate(() => resolve(reached));
    });
    pending.then(settled, settled);
  });
}
