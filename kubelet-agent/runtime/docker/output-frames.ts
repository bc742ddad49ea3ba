const headerBytes = 8;

/**
 * Takes the engine's frames apart: each is a stream number, three zero bytes, a length
 * (big endian, four bytes) and so much output (Docker Engine API, "Attach to a
 * container"). Stdout and stderr come in the order in which they were written. A frame is
 * handed on piece by piece as it arrives, however long it is.
 */
export async function* readFrames(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let header = Buffer.alloc(0);
  let left = 0;
  for await (const chunk of stream) {
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    while (rest.length > 0) {
      if (left > 0) {
        const piece = rest.subarray(0, left);
        rest = rest.subarray(piece.length);
        left -= piece.length;
        yield piece;
        continue;
      }
      const missing = headerBytes - header.length;
      header = Buffer.concat([header, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      if (header.length === headerBytes) {
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
      }
    }
  }
}
