import { isError, LongshoreError } from '../../../lib/errors/errors.js';
import type { Entry, Store } from '../../store/store.js';
import { badRequest } from '../causes.js';
import type { ResourceDefinition } from '../definition.js';
import { objectOf } from './entries.js';
import { prefixOf } from './keys.js';
import { everything, type Selection } from './selection.js';

export interface PageOptions {
  /** Default: all namespaces. */
  namespace?: string;
  selection?: Selection;
  /** At most this many objects; 0 or absent: all. */
  limit?: number;
  /** As the page before gave it. */
  continueToken?: string;
  /** List as of exactly this revision; default the newest. */
  revision?: number;
}

export interface Page {
  /** resourceVersion of the list: a watch from here misses nothing. */
  readonly revision: number;
  /** objectOf and bytesOf (registry/entries.ts) read them. */
  readonly entries: readonly Entry[];
  /** Present when there is more. */
  readonly continueToken?: string;
  /** How many are left; absent when a selection makes that unknown. */
  readonly remaining?: number;
}

interface Continuation {
  revision: number;
  after: string;
}

/**
 * One page of a kind.
 * @throws LongshoreError Expired when the revision of the continue token has left the
 *   store's window; InvalidArgument (BadRequest) when the token is none of ours
 */
export async function readPage(store: Store, definition: ResourceDefinition, options: PageOptions): Promise<Page> {
  const prefix = prefixOf(definition, options.namespace);
  const selection = options.selection ?? everything;
  const limit = options.limit ?? 0;
  const from = options.continueToken ? decodeToken(options.continueToken, prefix) : undefined;
  let revision = from?.revision ?? options.revision;
  let after = from?.after;
  const found: Entry[] = [];
  try {
    for (;;) {
      const wanted = limit === 0 ? undefined : limit - found.length;
      const read = await store.list(prefix, {
        ...(revision === undefined ? {} : { revision }),
        ...(after === undefined ? {} : { after }),
        ...(wanted === undefined ? {} : { limit: selection.everything ? wanted : Math.max(wanted, 500) }),
      });
      revision = read.revision;
      let unread = read.entries.length;
      for (const entry of read.entries) {
        if (limit > 0 && found.length === limit) break;
        unread -= 1;
        after = entry.key;
        if (selection.everything || selection.matches(objectOf(entry))) found.push(entry);
      }
      const remaining = read.remaining + unread;
      if (remaining === 0) return { revision, entries: found };
      if (found.length === limit && after !== undefined) {
        const continueToken = encodeToken({ revision, after }, prefix);
        return { revision, entries: found, continueToken, ...(selection.everything ? { remaining } : {}) };
      }
    }
  } catch (thrown) {
    if (from && isError(thrown, 'Expired')) {
      throw new LongshoreError(
        'Expired',
        'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
        { cause: thrown },
      );
    }
    throw thrown;
  }
}

function encodeToken({ revision, after }: Continuation, prefix: string): string {
  return Buffer.from(JSON.stringify({ v: 1, rv: revision, start: after.slice(prefix.length) })).toString('base64url');
}

function decodeToken(token: string, prefix: string): Continuation {
  try {
    const parsed = JSON.parse(Buffer.from(token, 'base64url').toString()) as { v?: unknown; rv?: unknown; start?: unknown };
    if (parsed.v === 1 && typeof parsed.rv === 'number' && Number.isSafeInteger(parsed.rv) && typeof parsed.start === 'string') {
      return { revision: parsed.rv, after: prefix + parsed.start };
    }
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
  }
  throw badRequest('continue key is not valid');
}
