import { LongshoreError } from '../../lib/errors/errors.js';
import type { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import { referenceOf } from '../../lib/kubernetes-client/objects.js';
import { followTable, readTable } from '../../lib/kubernetes-client/tables.js';
import { styleOf, type GetOptions, type Printer } from './get.js';
import { AlignedLines, headerCells, renderDocument, rowCells, withoutManagedFields } from './render-objects.js';
import type { ResolvedTarget } from './resource-arguments.js';

/** Prints what is there and then every change, until `signal` aborts. */
export async function watchObjects(
  client: ApiClient,
  targets: readonly ResolvedTarget[],
  options: GetOptions,
  print: Printer,
  signal: AbortSignal,
): Promise<void> {
  const [target, ...others] = targets;
  if (!target || others.length > 0 || target.names.length > 1) {
    throw new LongshoreError('InvalidArgument', '--watch follows one kind, or one object of it');
  }
  const { allNamespaces, selector: labelSelector } = options;
  const [name] = target.names;
  const fieldSelector = name === undefined ? options.fieldSelector : `metadata.name=${name}`;
  const selection = { allNamespaces, labelSelector, fieldSelector };
  // A server that is away for a while is waited for; that it was is worth a line.
  const onRetry = (error: LongshoreError): void => print.note(error.message);
  // One that is asked for by name must be there.
  if (name !== undefined) await client.of(target.resource).get(name, {}, signal);
  if (options.output === undefined || options.output === 'wide')
    await watchRows(client, target, targets, options, { ...selection, onRetry }, print, signal);
  else await watchDocuments(client, target, options.output, { ...selection, onRetry }, print, signal);
}

interface WatchSelection {
  allNamespaces: boolean;
  labelSelector?: string;
  fieldSelector?: string;
  onRetry: (error: LongshoreError) => void;
}

async function watchRows(
  client: ApiClient,
  { resource }: ResolvedTarget,
  targets: readonly ResolvedTarget[],
  options: GetOptions,
  selection: WatchSelection,
  print: Printer,
  signal: AbortSignal,
): Promise<void> {
  const style = styleOf(resource, targets, options);
  const lines = new AlignedLines();
  const table = await readTable(client, resource, selection, signal);
  const header = options.headers ? [headerCells(table, style)] : [];
  const rows = table.rows.map((row) => rowCells(table, row, style));
  const show = (cells: string[][]): void => {
    for (const line of lines.render(cells)) print.out(line);
  };
  if (rows.length > 0) show([...header, ...rows]);
  let headed = rows.length > 0;
  for await (const change of followTable(client, resource, { ...selection, fromVersion: table.resourceVersion }, signal)) {
    const changed = change.type === 'LIST' ? change.items : [change.item];
    const cells = changed.map((row) => rowCells(table, row, style));
    if (cells.length > 0) show(headed ? cells : [...header, ...cells]);
    headed ||= cells.length > 0;
  }
}

async function watchDocuments(
  client: ApiClient,
  { resource }: ResolvedTarget,
  output: 'json' | 'yaml' | 'name',
  selection: WatchSelection,
  print: Printer,
  signal: AbortSignal,
): Promise<void> {
  for await (const { object } of client.of(resource).watch(selection, signal)) {
    if (output === 'name') print.out(referenceOf(object));
    else print.out(`${output === 'yaml' ? '---\n' : ''}${renderDocument([withoutManagedFields(object)], output, false)}`);
  }
}
