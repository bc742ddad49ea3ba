import type { KubeObject } from '../../resources/client.js';
import type { PrinterColumn, ResourceDefinition } from '../../resources/definition.js';
import type { Transformation } from '../negotiation/accept.js';

/** How much of its object a row carries: `?includeObject`. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

export interface TableRow {
  cells: (string | number | boolean | null)[];
  object?: object;
}

export interface Table {
  kind: 'Table';
  apiVersion: string;
  metadata: object;
  columnDefinitions: object[];
  rows: TableRow[];
}

/** Columns of a kind as a Table declares them. */
export function columnDefinitions(definition: ResourceDefinition): object[] {
  return definition.columns.map(({ name, type, format = '', description = '', priority = 0 }) => ({
    name,
    type,
    format,
    description,
    priority,
  }));
}

export function tableRow(
  definition: ResourceDefinition,
  object: KubeObject,
  options: { include: IncludeObject; version: Transformation['version']; nowMs: number },
): TableRow {
  const cells = definition.columns.map((column) => cellOf(column, object, options.nowMs));
  if (options.include === 'None') return { cells };
  return { cells, object: options.include === 'Object' ? object : partialObject(object, options.version) };
}

export function renderTable(options: {
  version: Transformation['version'];
  metadata: object;
  columns: object[];
  rows: TableRow[];
}): Table {
  const { version, metadata, columns, rows } = options;
  return { kind: 'Table', apiVersion: `meta.k8s.io/${version}`, metadata, columnDefinitions: columns, rows };
}

/** An object's metadata alone. */
export function partialObject(object: KubeObject, version: Transformation['version']): object {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata };
}

function cellOf(column: PrinterColumn, object: KubeObject, nowMs: number): string | number | boolean | null {
  return column.cell(object, nowMs) ?? null;
}
