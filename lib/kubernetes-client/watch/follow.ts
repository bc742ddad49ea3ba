import { backoffDelay } from '../../async/backoff.js';
import { abortReason, type Clock } from '../../clock/clock.js';
import { isError, LongshoreError } from '../../errors/errors.js';
import type { Status } from '../../kubernetes/types/meta-v1.js';
import { errorOfStatus, isTransient } from '../status-error.js';
import type { Frame } from './read-frames.js';

/** What one kind of followed thing looks like: objects, or rows of a Table. */
export interface FollowSource<T> {
  list(signal: AbortSignal | undefined): Promise<{ items: T[]; resourceVersion: string }>;
  /** Events after a version, until the server ends the stream. */
  watch(resourceVersion: string, signal: AbortSignal | undefined): Promise<AsyncIterable<Frame<unknown>>>;
  /** What an event of the watch is about; none for an event that carries nothing. */
  itemsOf(object: unknown): T[];
  versionOf(object: unknown): string;
}

export type Change<T> =
  /** All there is: at the beginning, and again when the server has forgotten what lies between. */
  { type: 'LIST'; items: T[] } | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; item: T };

export interface FollowOptions {
  clock: Clock;
  /** Begins after this version, without a list. */
  fromVersion?: string;
  /** Hears why the server is tried again. */
  onRetry?: (error: LongshoreError) => void;
}

const retry = { initialMs: 50, maxMs: 2_000 };

/**
 * Lists and watches for ever: a stream that ends is opened again at the last version, one that
 * has fallen out of the server's history (410) begins again with a LIST, a server that is away
 * is tried again with backoff. Ends by throwing: the signal's reason, or what another try
 * cannot mend (no such resource, not allowed).
 */
export async function* follow<T>(
  source: FollowSource<T>,
  options: FollowOptions,
  signal?: AbortSignal,
): AsyncGenerator<Change<T>, void, undefined> {
  let version = options.fromVersion;
  let failures = 0;
  for (;;) {
    try {
      if (version === undefined) {
        const { items, resourceVersion } = await source.list(signal);
        version = resourceVersion;
        failures = 0;
        yield { type: 'LIST', items };
      }
      for await (const frame of await source.watch(version, signal)) {
        if (frame.type === 'ERROR') throw errorOfFrame(frame.object);
        failures = 0;
        version = source.versionOf(frame.object) || version;
        if (frame.type !== 'BOOKMARK') for (const item of source.itemsOf(frame.object)) yield { type: frame.type, item };
      }
      if (signal?.aborted) throw abortReason(signal);
      // A server that ends streams at once must not be asked in a tight loop.
      failures += 1;
      if (failures > 1) await options.clock.sleep(backoffDelay(failures - 1, retry), signal);
    } catch (thrown) {
      if (signal?.aborted) throw abortReason(signal);
      if (isError(thrown, 'Expired')) version = undefined;
      else if (!isTransient(thrown)) throw thrown;
      failures += 1;
      options.onRetry?.(LongshoreError.from(thrown));
      await options.clock.sleep(backoffDelay(failures, retry), signal);
    }
  }
}

function errorOfFrame(object: unknown): LongshoreError {
  const status = object as Partial<Status>;
  return errorOfStatus(status, status.code ?? 500);
}
