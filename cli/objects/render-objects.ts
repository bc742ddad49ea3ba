import type { AnyObject } from '../../lib/kubernetes-client/objects.js';
import type { Cell, ObjectRow, ObjectTable } from '../../lib/kubernetes-client/tables.js';
import { renderYaml } from '../terminal/output.js';

export interface TableStyle {
  /** Columns that the server marks as less important, too. */
  wide: boolean;
  /** A first column with the namespace. */
  withNamespace: boolean;
  /** A last column with the labels. */
  withLabels: boolean;
  /** Put before the names, with a slash: where kinds are mixed. */
  kindPrefix: string | undefined;
}

/** Distance between columns, and the least width of one, as kubectl has them. */
const gap = 3;
const leastWidth = 6;

/** The header of a table. Pure. */
export function headerCells({ columns }: ObjectTable, style: TableStyle): string[] {
  return [
    ...(style.withNamespace ? ['NAMESPACE'] : []),
    ...columns.filter(({ priority }) => style.wide || priority === 0).map(({ name }) => name.toUpperCase()),
    ...(style.withLabels ? ['LABELS'] : []),
  ];
}

/** The line of an object. Pure. */
export function rowCells({ columns }: ObjectTable, { cells, metadata }: ObjectRow, style: TableStyle): string[] {
  const shown = columns.flatMap(({ priority, name }, index) => {
    if (!style.wide && priority > 0) return [];
    const text = renderCell(cells[index]);
    return [style.kindPrefix !== undefined && name.toLowerCase() === 'name' ? `${style.kindPrefix}/${text}` : text];
  });
  return [
    ...(style.withNamespace ? [metadata.namespace ?? ''] : []),
    ...shown,
    ...(style.withLabels ? [renderLabels(metadata.labels)] : []),
  ];
}

/** Lines of aligned columns; remembers widths, so that lines that come later fit those before. */
export class AlignedLines {
  readonly #widths: number[] = [];

  render(rows: readonly (readonly string[])[]): string[] {
    for (const row of rows) {
      row.forEach((cell, column) => {
        this.#widths[column] = Math.max(this.#widths[column] ?? leastWidth, cell.length + gap);
      });
    }
    return rows.map((row) =>
      row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(this.#widths[column] ?? 0))).join(''),
    );
  }
}

function renderCell(cell: Cell | undefined): string {
  return cell === null || cell === undefined ? '<none>' : String(cell);
}

export function renderLabels(labels: Record<string, string> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? '<none>' : pairs.sort().join(',');
}

/** One object, or a List of several, as JSON or YAML. Pure. */
export function renderDocument(objects: readonly AnyObject[], format: 'json' | 'yaml', asList: boolean): string {
  const [single] = objects;
  const value =
    !asList && single ? single : { apiVersion: 'v1', items: objects, kind: 'List', metadata: { resourceVersion: '' } };
  const sorted = sortKeys(value);
  return format === 'json' ? JSON.stringify(sorted, null, 4) : renderYaml(sorted);
}

/** As kubectl prints an object: without the record of who owns which field. */
export function withoutManagedFields(object: AnyObject): AnyObject {
  return { ...object, metadata: { ...object.metadata, managedFields: undefined } };
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, child]) => [key, sortKeys(child)]),
  );
}
