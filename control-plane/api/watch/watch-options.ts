import { forbidden, invalidObject } from '../../resources/causes.js';
import { isTrue } from '../http/request-info.js';
import { integerOf, requireKnownRevision } from '../resources/read-handlers.js';
import type { ResourceCall } from '../resources/resource-call.js';

/** What a watch request asks for. */
export interface WatchRequest {
  /** Begin with the objects that exist, as ADDED events. */
  readonly initialEvents: boolean;
  /** Close the initial events with a bookmark that says so. */
  readonly initialEventsEnd: boolean;
  /** Changes after this revision; undefined: from now on. */
  readonly fromRevision: number | undefined;
  readonly bookmarks: boolean;
  /** Undefined: as long as the server likes. */
  readonly timeoutMs: number | undefined;
}

/**
 * Reads the query of a watch, by Kubernetes' rules: without a resourceVersion, or with 0,
 * a watch begins with what exists, unless sendInitialEvents says no.
 * @throws StatusError, LongshoreError InvalidArgument
 */
export function watchRequestOf(call: ResourceCall): WatchRequest {
  const { query } = call;
  const asked = query.get('sendInitialEvents');
  const match = query.get('resourceVersionMatch') ?? '';
  if (asked !== null && match !== 'NotOlderThan') {
    throw invalidWatch('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  }
  if (asked === null && match !== '') {
    throw invalidWatch(
      'resourceVersionMatch',
      'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    );
  }
  const revision = requireKnownRevision(call);
  const timeoutSeconds = integerOf(query, 'timeoutSeconds') ?? 0;
  const bookmarks = isTrue(query.get('allowWatchBookmarks'));
  const streamingList = asked !== null && isTrue(asked);
  const initialEvents = asked === null ? !revision : streamingList;
  return {
    initialEvents,
    initialEventsEnd: streamingList && bookmarks,
    fromRevision: initialEvents || !revision ? undefined : revision,
    bookmarks,
    timeoutMs: timeoutSeconds > 0 ? timeoutSeconds * 1000 : undefined,
  };
}

function invalidWatch(field: string, message: string): Error {
  return invalidObject('ListOptions', 'meta.k8s.io', '', [forbidden(field, message)]);
}
