import { LongshoreError } from '../../lib/errors/errors.js';
import type { ApiResource } from '../../lib/kubernetes-client/discovery/api-resource.js';
import { referenceOf } from '../../lib/kubernetes-client/objects.js';
import { followTable, readTable } from '../../lib/kubernetes-client/tables.js';
import { styleOf, type GetCall } from './get.js';
import { AlignedLines, headerCells, renderDocument, rowCells, withoutManagedFields } from './render-objects.js';

/** Prints what is there and then every change, until `signal` aborts. */
export async function watchObjects(call: GetCall): Promise<void> {
  const { client, targets, options, print, signal } = call;
  const [target, ...others] = targets;
  if (!target || others.length > 0 || target.names.length > 1) {
    throw new LongshoreError('InvalidArgument', '--watch follows one kind, or one object of it');
  }
  const { allNamespaces, selector: labelSelector } = options;
  const [name] = target.names;
  const fieldSelector = name === undefined ? options.fieldSelector : `metadata.name=${name}`;
  // One that is asked for by name must be there.
  if (name !== undefined) await client.of(target.resource).get(name, {}, signal);
  // A server that is away for a while is waited for; that it was is worth a line.
  const onRetry = (error: LongshoreError): void => print.note(error.message);
  const selection = { allNamespaces, labelSelector, fieldSelector, onRetry };
  if (options.output === undefined || options.output === 'wide') await watchRows(call, target.resource, selection);
  else await watchDocuments(call, target.resource, options.output, selection);
}

interface WatchSelection {
  allNamespaces: boolean;
  labelSelector?: string;
  fieldSelector?: string;
  onRetry: (error: LongshoreError) => void;
}

async function watchRows(
  { client, targets, options, print, signal }: GetCall,
  resource: ApiResource,
  selection: WatchSelection,
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
  { client, print, signal }: GetCall,
  resource: ApiResource,
  output: 'json' | 'yaml' | 'name',
  selection: WatchSelection,
): Promise<void> {
  for await (const { object } of client.of(resource).watch(selection, signal)) {
    if (output === 'name') print.out(referenceOf(object));
    else print.out(`${output === 'yaml' ? '---\n' : ''}${renderDocument([withoutManagedFields(object)], output, false)}`);
  }
}
