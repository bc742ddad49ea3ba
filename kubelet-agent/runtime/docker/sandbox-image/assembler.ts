/**
 * A two-pass assembler for the handful of instructions that the sandbox program needs.
 * An item is bytes, a label, or bytes that depend on where labels are.
 */
export type Item =
  | readonly number[]
  | { label: string }
  /** `encode` gets the distance in bytes from the item's start to the label. */
  | { size: number; to: string; encode: (distance: number) => readonly number[] };

/** @throws Error for a label that is not defined */
export function assemble(items: readonly Item[]): Uint8Array {
  const labels = new Map<string, number>();
  let position = 0;
  for (const item of items) {
    if ('label' in item) labels.set(item.label, position);
    else position += 'size' in item ? item.size : item.length;
  }
  const code: number[] = [];
  for (const item of items) {
    if ('label' in item) continue;
    if (!('size' in item)) {
      code.push(...item);
      continue;
    }
    const target = labels.get(item.to);
    if (target === undefined) throw new Error(`label ${item.to} is not defined`);
    code.push(...item.encode(target - code.length));
  }
  return Uint8Array.from(code);
}

/** A number as little-endian bytes, two's complement. */
export function littleEndian(value: number, size: number): number[] {
  return Array.from({ length: size }, (_, index) => Number((BigInt(value) >> BigInt(8 * index)) & 0xffn));
}
