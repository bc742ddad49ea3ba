/** Messages stay well below gRPC's 4 MB, so that one never delays a heartbeat for long. */
const maxChunkBytes = 768 * 1024;

/**
 * Splits `items` into runs of at most 768 KiB, in order; an item that is larger stands
 * alone. At least one run, possibly empty.
 */
export function chunksOf<T>(items: readonly T[], sizeOf: (item: T) => number): T[][] {
  const chunks: T[][] = [[]];
  let size = 0;
  for (const item of items) {
    const bytes = sizeOf(item);
    if (size > 0 && size + bytes > maxChunkBytes) {
      chunks.push([]);
      size = 0;
    }
    chunks.at(-1)?.push(item);
    size += bytes;
  }
  return chunks;
}
