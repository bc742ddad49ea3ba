import { linkedController } from '../../../lib/async/signals.js';
import { exactNameSelection } from './exact-name.js';
import type { Entry } from '../../store/store.js';
import { both } from '../../resources/registry/selection.js';
import type { WatchBatch } from '../../resources/registry/watcher.js';
import { jsonType, negotiate, notAcceptableHere } from '../negotiation/accept.js';
import { namespaceOfCall, selectionOfCall } from '../resources/read-handlers.js';
import { includeObjectOf } from '../resources/representation.js';
import type { ResourceCall } from '../resources/resource-call.js';
import { statusOf } from '../status.js';
import { createEventEncoder, frame, type EventEncoder } from './event-encoder.js';
import { FrameWriter } from './frame-writer.js';
import { withProgress } from './progress.js';
import { watchRequestOf, type WatchRequest } from './watch-options.js';

/** Longest silence of a watch that allows bookmarks. Some clients give up after 30 s of it. */
export const bookmarkMs = 9_000;
/** A watch without a timeout of its own ends after this and up to twice as long, so that clients spread over servers. */
const defaultTimeoutMs = 30 * 60_000;

/**
 * GET with watch: a stream of events, one line each. The headers go out at once. It ends
 * with the client, the timeout or the API; when the watch has fallen out of the store's
 * history the last event is an ERROR with a 410.
 */
export async function handleWatch(call: ResourceCall): Promise<void> {
  const { definition, response, services, query } = call;
  const { format, as } = negotiate(call.request.headers.accept, true);
  if (format !== 'json') throw notAcceptableHere();
  const asked = watchRequestOf(call);
  const encoder = createEventEncoder(definition, as, { include: includeObjectOf(query), nowMs: () => services.clock.now() });
  // Selectors are checked before the headers promise a stream.
  selectionOfCall(call);
  response.writeHead(200, { 'content-type': as ? `${jsonType};stream=watch` : jsonType, 'cache-control': 'no-cache, private' });
  response.flushHeaders();

  using ending = linkedController(call.signal);
  const cancelTimeout = services.clock.after(asked.timeoutMs ?? defaultTimeoutMs * (1 + Math.random()), () => ending.abort());
  const writer = new FrameWriter({ response, clock: services.clock, signal: ending.signal });
  try {
    await stream(call, asked, encoder, writer, ending.signal);
  } catch (thrown) {
    const status = statusOf(thrown, call.target);
    services.log.debug('watch ended early', { path: call.info.path, code: status.code, reason: status.reason });
    if (!ending.signal.aborted) await writer.write(frame('ERROR', status)).catch(() => response.destroy());
  } finally {
    cancelTimeout();
    response.end();
  }
}

async function stream(
  call: ResourceCall,
  asked: WatchRequest,
  encoder: EventEncoder,
  writer: FrameWriter,
  signal: AbortSignal,
): Promise<void> {
  const { registry, services } = call;
  const namespace = namespaceOfCall(call);
  const selection = both(selectionOfCall(call), exactNameSelection(call.target.name));
  const where = { selection, ...(namespace === undefined ? {} : { namespace }) };
  let fromRevision = asked.fromRevision ?? services.resources.revision();
  if (asked.initialEvents) {
    const page = await registry.page(where);
    fromRevision = page.revision;
    for (const entry of page.entries) await writer.write(encoder.event(added(entry)));
    if (asked.initialEventsEnd) await writer.write(encoder.bookmark(fromRevision, true));
  }
  const batches = withProgress(registry.watch({ ...where, fromRevision }, signal), {
    clock: services.clock,
    everyMs: bookmarkMs,
    revision: () => services.resources.revision(),
  });
  let saidMs = services.clock.monotonic();
  for await (const batch of batches) {
    const nowMs = services.clock.monotonic();
    if (await writeBatch(batch, asked.bookmarks && nowMs - saidMs >= bookmarkMs, encoder, writer)) saidMs = nowMs;
    if (signal.aborted) return;
  }
}

/** @returns whether something was written */
async function writeBatch(batch: WatchBatch, bookmarkDue: boolean, encoder: EventEncoder, writer: FrameWriter): Promise<boolean> {
  for (const event of batch.events) await writer.write(encoder.event(event));
  if (batch.events.length > 0) return true;
  if (bookmarkDue) await writer.write(encoder.bookmark(batch.revision, false));
  return bookmarkDue;
}

function added(entry: Entry): { type: 'ADDED'; entry: Entry } {
  return { type: 'ADDED', entry };
}
