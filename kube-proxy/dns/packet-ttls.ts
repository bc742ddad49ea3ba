const optRecord = 41;

/** Where the TTLs of a packet's records stand, and the smallest of them (Infinity without records). */
export interface PacketTtls {
  offsets: readonly number[];
  smallestSeconds: number;
}

/**
 * Finds the TTLs in a packet without decoding its records, whose types may be unknown here.
 * @returns undefined when the packet is cut short
 */
export function findTtls(packet: Buffer): PacketTtls | undefined {
  try {
    const questions = packet.readUInt16BE(4);
    const records = packet.readUInt16BE(6) + packet.readUInt16BE(8) + packet.readUInt16BE(10);
    let offset = 12;
    for (let index = 0; index < questions; index++) offset = skipName(packet, offset) + 4;
    const offsets: number[] = [];
    let smallestSeconds = Infinity;
    for (let index = 0; index < records; index++) {
      offset = skipName(packet, offset);
      const type = packet.readUInt16BE(offset);
      if (type !== optRecord) {
        offsets.push(offset + 4);
        smallestSeconds = Math.min(smallestSeconds, packet.readUInt32BE(offset + 4));
      }
      offset += 10 + packet.readUInt16BE(offset + 8);
    }
    return offset <= packet.length ? { offsets, smallestSeconds } : undefined;
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

/** A copy of `packet` for the query `id`, its TTLs less by `ageSeconds`. */
export function agedCopy(packet: Buffer, options: { id: number; offsets: readonly number[]; ageSeconds: number }): Buffer {
  const copy = Buffer.from(packet);
  copy.writeUInt16BE(options.id, 0);
  for (const offset of options.offsets) {
    copy.writeUInt32BE(Math.max(0, copy.readUInt32BE(offset) - options.ageSeconds), offset);
  }
  return copy;
}

/** The offset after the name at `offset`: labels that end with a zero byte or a pointer. */
function skipName(packet: Buffer, offset: number): number {
  for (let at = offset; ;) {
    const length = packet.readUInt8(at);
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2;
    at += length + 1;
  }
}
