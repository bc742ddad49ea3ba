import { expect } from 'chai';
import fc from 'fast-check';
import { readFrames } from './output-frames.js';

function frame(stream: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const size of sizes) {
    yield bytes.subarray(start, start + size);
    start += size;
  }
  yield bytes.subarray(start);
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readFrames(stream)) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

describe('output frames', () => {
  it('give the output in order, however the stream is cut', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(1, 2), fc.string())),
      fc.array(fc.integer({ min: 0, max: 9 })),
      async (parts, sizes) => {
        const bytes = Buffer.concat(parts.map(([stream, text]) => frame(stream, text)));
        expect(await collect(cut(bytes, sizes))).to.equal(parts.map(([, text]) => text).join(''));
      },
    );
    await fc.assert(property);
  });
});
