/** What a description says of an object, from top to bottom. */
export type Page = readonly Field[];

export type Field = readonly [label: string, value: Value];

export type Value =
  /** Beside the label. */
  | string
  /** Beside the label, one below the other; none: <none>. */
  | readonly string[]
  /** Below the label, further in. */
  | { page: Page }
  /** Below the label, aligned in columns; the first row is the header. Without other rows: <none>. */
  | { table: readonly (readonly string[])[] };

const gap = 2;

/** The text of a page, without a newline at the end. Pure. */
export function renderPage(page: Page, indent = ''): string {
  const labelWidth = Math.max(0, ...page.filter(([, value]) => isInline(value)).map(([label]) => label.length + 1)) + gap;
  return page.flatMap(([label, value]) => renderField(label, value, labelWidth, indent)).join('\n');
}

function renderField(label: string, value: Value, width: number, indent: string): string[] {
  const head = `${indent}${`${label}:`.padEnd(width)}`;
  if (typeof value === 'string') return [inline(head, value)];
  if ('page' in value) return [`${indent}${label}:`, renderPage(value.page, `${indent}  `)];
  if ('table' in value) {
    if (value.table.length < 2) return [inline(head, '<none>')];
    return [`${indent}${label}:`, ...alignColumns(value.table).map((line) => `${indent}  ${line}`)];
  }
  const [first = '<none>', ...others] = value;
  return [inline(head, first), ...others.map((line) => inline(indent + ' '.repeat(width), line))];
}

/** Lines of a text after the first stand below it. */
function inline(head: string, text: string): string {
  return `${head}${text.trimEnd().replaceAll('\n', `\n${' '.repeat(head.length)}`)}`.trimEnd();
}

function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)) + gap);
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('')
      .trimEnd(),
  );
}

function isInline(value: Value): boolean {
  return typeof value === 'string' || Array.isArray(value) || ('table' in value && value.table.length < 2);
}
