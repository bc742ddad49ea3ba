/** Rows as aligned columns, two blanks between; the first row is the header. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Bytes in MB of 10^6, as memory aims are given. */
export function renderMegabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
