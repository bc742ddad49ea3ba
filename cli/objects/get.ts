import { isError, LongshoreError } from '../../lib/errors/errors.js';
import type { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import type { ApiResource } from '../../lib/kubernetes-client/discovery/api-resource.js';
import { referenceOf, type AnyObject } from '../../lib/kubernetes-client/objects.js';
import { readTable, type ObjectTable } from '../../lib/kubernetes-client/tables.js';
import { forEachOrFail } from '../terminal/for-each.js';
import type { Printer } from '../terminal/printer.js';
import { AlignedLines, headerCells, renderDocument, rowCells, withoutManagedFields, type TableStyle } from './render-objects.js';
import { parseTargets, resolveTargets, type ResolvedTarget } from './resource-arguments.js';

export interface GetOptions {
  allNamespaces: boolean;
  selector?: string;
  fieldSelector?: string;
  output?: 'json' | 'yaml' | 'wide' | 'name';
  /** False with --no-headers. */
  headers: boolean;
  showLabels: boolean;
  ignoreNotFound: boolean;
}

/** One `get`, with all that it needs. */
export interface GetCall {
  client: ApiClient;
  targets: readonly ResolvedTarget[];
  options: GetOptions;
  print: Printer;
  signal: AbortSignal;
}

/** What is asked for, checked and looked up. @throws LongshoreError InvalidArgument, NotFound */
export async function targetsOf(client: ApiClient, words: readonly string[], options: GetOptions): Promise<ResolvedTarget[]> {
  const targets = parseTargets(words);
  const named = targets.find(({ names }) => names.length > 0);
  if (named && (options.selector !== undefined || options.fieldSelector !== undefined)) {
    throw new LongshoreError('InvalidArgument', 'a name and a selector do not go together: a name is one object already');
  }
  if (named && options.allNamespaces) {
    throw new LongshoreError(
      'InvalidArgument',
      `${named.names.join(', ')} cannot be got from all namespaces: say which with --namespace`,
    );
  }
  return resolveTargets(client.discovery, targets);
}

/** Prints what is asked for, as `kubectl get` does. */
export async function getObjects(call: GetCall): Promise<void> {
  const { client, targets, options, print } = call;
  if (options.output === 'json' || options.output === 'yaml' || options.output === 'name') {
    await getDocuments(call);
    return;
  }
  let printed = 0;
  await forEachOrFail(targets, async ({ resource, names }) => {
    const lines = new AlignedLines();
    const style = styleOf(resource, targets, options);
    const { tables, failure } = await tablesOf(call, resource, names);
    const rows = tables.flatMap((table) => table.rows.map((row) => rowCells(table, row, style)));
    const [first] = tables;
    if (first && rows.length > 0) {
      if (printed > 0) print.out('');
      const header = options.headers ? [headerCells(first, style)] : [];
      for (const line of lines.render([...header, ...rows])) print.out(line);
      printed += rows.length;
    }
    if (failure) throw failure;
  });
  if (printed === 0 && !options.ignoreNotFound) print.note(nothingFound(client, targets, options));
}

/** How rows of a resource look beside those of the other targets. */
export function styleOf(resource: ApiResource, targets: readonly ResolvedTarget[], options: GetOptions): TableStyle {
  return {
    wide: options.output === 'wide',
    withNamespace: options.allNamespaces && resource.namespaced,
    withLabels: options.showLabels,
    kindPrefix: targets.length > 1 ? prefixOf(resource) : undefined,
  };
}

function prefixOf({ singular, kind, group }: ApiResource): string {
  return `${singular || kind.toLowerCase()}${group === '' ? '' : `.${group}`}`;
}

/** One table of all that are selected, or one for each name that is there; and what was wrong with the others. */
async function tablesOf(
  { client, options, signal }: GetCall,
  resource: ApiResource,
  names: readonly string[],
): Promise<{ tables: ObjectTable[]; failure?: LongshoreError }> {
  const { allNamespaces, selector: labelSelector, fieldSelector } = options;
  if (names.length === 0)
    return { tables: [await readTable(client, resource, { allNamespaces, labelSelector, fieldSelector }, signal)] };
  const tables: ObjectTable[] = [];
  try {
    await forEachOrFail(names, async (name) => {
      const table = await unlessAbsent(readTable(client, resource, { name }, signal), options.ignoreNotFound);
      if (table) tables.push(table);
    });
    return { tables };
  } catch (thrown) {
    return { tables, failure: LongshoreError.from(thrown) };
  }
}

async function getDocuments({ client, targets, options, print, signal }: GetCall): Promise<void> {
  const { allNamespaces, selector: labelSelector, fieldSelector, output } = options;
  const objects: AnyObject[] = [];
  let failure: unknown;
  try {
    await forEachOrFail(targets, async ({ resource, names }) => {
      const objectsOf = client.of(resource);
      if (names.length === 0)
        objects.push(...(await objectsOf.list({ allNamespaces, labelSelector, fieldSelector }, signal)).items);
      await forEachOrFail(names, async (name) => {
        const object = await unlessAbsent(objectsOf.get(name, {}, signal), options.ignoreNotFound);
        if (object) objects.push(object);
      });
    });
  } catch (thrown) {
    // What was found is shown all the same.
    failure = thrown;
  }
  const asList = targets.length !== 1 || targets[0]?.names.length !== 1;
  if (output === 'name') for (const object of objects) print.out(referenceOf(object));
  else if (objects.length > 0 || (asList && failure === undefined)) {
    print.out(renderDocument(objects.map(withoutManagedFields), output === 'json' ? 'json' : 'yaml', asList));
  }
  if (failure !== undefined) throw failure;
}

async function unlessAbsent<T>(getting: Promise<T>, ignore: boolean): Promise<T | undefined> {
  try {
    return await getting;
  } catch (thrown) {
    if (ignore && isError(thrown, 'NotFound')) return undefined;
    throw thrown;
  }
}

function nothingFound(client: ApiClient, targets: readonly ResolvedTarget[], options: GetOptions): string {
  const namespaced = targets.some(({ resource }) => resource.namespaced);
  return namespaced && !options.allNamespaces ? `No resources found in ${client.namespace} namespace.` : 'No resources found';
}
