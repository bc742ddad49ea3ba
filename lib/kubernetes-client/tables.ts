import type { ObjectMeta, TableColumnDefinition } from '../kubernetes/types/meta-v1.js';
import type { ApiConnection } from './api-connection.js';
import { collectionPath, type ApiResource } from './discovery/api-resource.js';
import type { Query } from './http/query.js';
import type { ListOptions } from './options.js';
import { follow, type Change, type FollowOptions } from './watch/follow.js';
import { readFrames } from './watch/read-frames.js';

export type Cell = string | number | boolean | null;

/** One object as the server shows it in a line. */
export interface ObjectRow {
  cells: Cell[];
  metadata: ObjectMeta;
}

/** Objects as the server shows them: what `kubectl get` prints. */
export interface ObjectTable {
  columns: TableColumnDefinition[];
  rows: ObjectRow[];
  resourceVersion: string;
}

interface TableAnswer {
  kind: string;
  metadata: { resourceVersion?: string; continue?: string };
  columnDefinitions?: TableColumnDefinition[];
  rows?: { cells: Cell[]; object: { metadata: ObjectMeta } }[] | null;
}

const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

/** The table of one object, or of all that are selected. @throws LongshoreError NotFound */
export async function readTable(
  connection: ApiConnection,
  resource: ApiResource,
  options: ListOptions & { name?: string },
  signal?: AbortSignal,
): Promise<ObjectTable> {
  const { name, labelSelector, fieldSelector, chunkSize = 500 } = options;
  const path = collection(connection, resource, options) + (name === undefined ? '' : `/${encodeURIComponent(name)}`);
  const table: ObjectTable = { columns: [], rows: [], resourceVersion: '' };
  let token: string | undefined;
  do {
    const query: Query = name === undefined ? { labelSelector, fieldSelector, limit: chunkSize, continue: token } : {};
    const page = await connection.transport.json<TableAnswer>({ path, query, accept }, signal);
    if (page.columnDefinitions?.length) table.columns = page.columnDefinitions;
    table.rows.push(...rowsOf(page));
    table.resourceVersion = page.metadata.resourceVersion ?? '';
    token = page.metadata.continue;
  } while (token);
  return table;
}

/** Rows as they change after a table's version, for ever; see {@link follow}. */
export function followTable(
  connection: ApiConnection,
  resource: ApiResource,
  options: ListOptions & Omit<FollowOptions, 'clock'>,
  signal?: AbortSignal,
): AsyncGenerator<Change<ObjectRow>, void, undefined> {
  const { labelSelector, fieldSelector, fromVersion, onRetry } = options;
  return follow<ObjectRow>(
    {
      list: async (listSignal) => {
        const { rows, resourceVersion } = await readTable(connection, resource, options, listSignal);
        return { items: rows, resourceVersion };
      },
      watch: async (version, watchSignal) => {
        const path = collection(connection, resource, options);
        const query: Query = { labelSelector, fieldSelector, watch: true, allowWatchBookmarks: true, resourceVersion: version };
        return readFrames(await connection.transport.stream({ path, query, accept }, watchSignal));
      },
      itemsOf: (object) => rowsOf(object as TableAnswer),
      versionOf: (object) => versionOf(object as TableAnswer),
    },
    { clock: connection.clock, fromVersion, onRetry },
    signal,
  );
}

function rowsOf({ rows }: TableAnswer): ObjectRow[] {
  return (rows ?? []).map(({ cells, object }) => ({ cells, metadata: object.metadata }));
}

function versionOf({ metadata, rows }: TableAnswer): string {
  return rows?.[0]?.object.metadata.resourceVersion ?? metadata.resourceVersion ?? '';
}

function collection({ namespace: own }: ApiConnection, resource: ApiResource, { namespace, allNamespaces }: ListOptions): string {
  return collectionPath(resource, allNamespaces ? undefined : (namespace ?? own));
}
