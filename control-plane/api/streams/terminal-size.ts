/** Terminals are no larger. */
const largest = 0xffff;

/** `{"Width":80,"Height":24}` as Kubernetes' clients send it; undefined when it is something else. */
export function parseTerminalSize(text: string): { columns: number; rows: number } | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Not JSON: not a size.
    return undefined;
  }
  const { Width: columns, Height: rows } = (parsed ?? {}) as { Width?: unknown; Height?: unknown };
  return isSize(columns) && isSize(rows) ? { columns, rows } : undefined;
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= largest;
}
