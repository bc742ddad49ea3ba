import type { Clock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { Event } from '../../lib/kubernetes/types/core-v1.js';
import type { Logger } from '../../lib/log/logger.js';
import type { ResourceClient } from './client.js';

const lifetimeMs = 3_600_000;
const periodMs = 60_000;

/** Deletes events an hour after they were last seen, until `signal` aborts. */
export async function sweepEvents(
  options: { events: ResourceClient<Event>; clock: Clock; log: Logger },
  signal: AbortSignal,
): Promise<void> {
  const { events, clock, log } = options;
  while (!signal.aborted) {
    try {
      const deleted = await deleteOldEvents(events, clock.now());
      if (deleted > 0) log.debug('old events deleted', { deleted });
      await clock.sleep(periodMs, signal);
    } catch (thrown) {
      if (signal.aborted) return;
      log.warn('old events not deleted', { error: LongshoreError.from(thrown) });
      await clock.sleep(periodMs, signal).catch(() => {
        // The abort ends the loop.
      });
    }
  }
}

/** @returns how many were deleted */
export async function deleteOldEvents(events: ResourceClient<Event>, nowMs: number): Promise<number> {
  let deleted = 0;
  for (const { metadata, ...event } of (await events.list()).items) {
    const seen = event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? metadata.creationTimestamp;
    if (seen === undefined || nowMs - Date.parse(seen) < lifetimeMs) continue;
    const preconditions = metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion };
    try {
      if (await events.delete(metadata.namespace ?? '', metadata.name, { preconditions })) deleted += 1;
    } catch (thrown) {
      // Counted up meanwhile: then it is not old any more.
      if (LongshoreError.from(thrown).code !== 'Conflict') throw thrown;
    }
  }
  return deleted;
}
