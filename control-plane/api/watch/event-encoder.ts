import type { Entry } from '../../store/store.js';
import { apiVersionOf, type ResourceDefinition } from '../../resources/definition.js';
import { bytesOf, objectOf } from '../../resources/registry/entries.js';
import type { WatchEvent } from '../../resources/registry/watcher.js';
import type { Transformation } from '../negotiation/accept.js';
import { columnDefinitions, partialObject, renderTable, tableRow, type IncludeObject } from '../tables/table.js';

/** Turns the events of a watch into lines of JSON, in the form that one client asked for. */
export interface EventEncoder {
  event(event: WatchEvent): Uint8Array;
  /** @param initialEventsEnd whether it closes the initial list of a streaming list */
  bookmark(revision: number, initialEventsEnd: boolean): Uint8Array;
}

/** A line of a watch. */
export function frame(type: string, object: object): Buffer {
  return Buffer.from(`${JSON.stringify({ type, object })}\n`);
}

export function createEventEncoder(
  definition: ResourceDefinition,
  as: Transformation | undefined,
  options: { include: IncludeObject; nowMs: () => number },
): EventEncoder {
  if (!as) return plainEncoder(definition);
  return as.kind === 'Table' ? tableEncoder(definition, as, options) : partialEncoder(as);
}

/** Frames of whole objects are the same for every watcher: made once a revision. */
const sharedFrames = new WeakMap<Entry, Map<WatchEvent['type'], Buffer>>();

function plainEncoder(definition: ResourceDefinition): EventEncoder {
  return {
    event: ({ type, entry }) => {
      const frames = sharedFrames.get(entry) ?? new Map<WatchEvent['type'], Buffer>();
      sharedFrames.set(entry, frames);
      const known = frames.get(type);
      if (known) return known;
      const made = Buffer.concat([Buffer.from(`{"type":"${type}","object":`), bytesOf(entry), frameEnd]);
      frames.set(type, made);
      return made;
    },
    bookmark: (revision, initialEventsEnd) =>
      frame('BOOKMARK', {
        kind: definition.kind,
        apiVersion: apiVersionOf(definition),
        metadata: bookmarkMetadata(revision, initialEventsEnd),
      }),
  };
}

function partialEncoder({ version }: Transformation): EventEncoder {
  return {
    event: ({ type, entry }) => frame(type, partialObject(objectOf(entry), version)),
    bookmark: (revision, initialEventsEnd) =>
      frame('BOOKMARK', {
        kind: 'PartialObjectMetadata',
        apiVersion: `meta.k8s.io/${version}`,
        metadata: bookmarkMetadata(revision, initialEventsEnd),
      }),
  };
}

/** Only the first Table of a watch declares its columns, as in Kubernetes. */
function tableEncoder(
  definition: ResourceDefinition,
  { version }: Transformation,
  { include, nowMs }: { include: IncludeObject; nowMs: () => number },
): EventEncoder {
  let columns = columnDefinitions(definition);
  return {
    event: ({ type, entry }) => {
      const object = objectOf(entry);
      const rows = [tableRow(definition, object, { include, version, nowMs: nowMs() })];
      const table = renderTable({ version, metadata: { resourceVersion: object.metadata.resourceVersion }, columns, rows });
      columns = [];
      return frame(type, table);
    },
    bookmark: (revision, initialEventsEnd) =>
      frame('BOOKMARK', renderTable({ version, metadata: bookmarkMetadata(revision, initialEventsEnd), columns, rows: [] })),
  };
}

function bookmarkMetadata(revision: number, initialEventsEnd: boolean): object {
  return {
    resourceVersion: String(revision),
    creationTimestamp: null,
    ...(initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
  };
}

const frameEnd = Buffer.from('}\n');
