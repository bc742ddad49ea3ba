import type { ProcessOutput } from '../container-runtime.js';

const headerBytes = 8;
/** The engine's number of stderr; stdout is 1, and what it says itself comes as either. */
const stderrNumber = 2;

/**
 * Takes the engine's frames apart: each is a stream number, three zero bytes, a length
 * (big endian, four bytes) and so much output (Docker Engine API, "Attach to a
 * container"). Stdout and stderr come in the order in which they were written. A frame is
 * handed on piece by piece as it arrives, however long it is.
 */
export async function* readFrames(stream: AsyncIterable<Uint8Array>): AsyncGenerator<ProcessOutput> {
  let header = Buffer.alloc(0);
  let left = 0;
  let channel: ProcessOutput['channel'] = 'stdout';
  for await (const chunk of stream) {
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    while (rest.length > 0) {
      if (left > 0) {
        const piece = rest.subarray(0, left);
        rest = rest.subarray(piece.length);
        left -= piece.length;
        yield { channel, data: piece };
        continue;
      }
      const missing = headerBytes - header.length;
      header = Buffer.concat([header, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      if (header.length === headerBytes) {
        channel = header[0] === stderrNumber ? 'stderr' : 'stdout';
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
      }
    }
  }
}

/** Output of the engine as it is written: without a terminal in frames, with one as it is, all of it stdout. */
export async function* readOutput(stream: AsyncIterable<Uint8Array>, tty: boolean): AsyncGenerator<ProcessOutput> {
  if (!tty) yield* readFrames(stream);
  else for await (const data of stream) yield { channel: 'stdout', data };
}
