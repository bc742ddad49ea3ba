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

/** What came on each channel. */
async function collect(stream: AsyncIterable<Uint8Array>): Promise<{ channel: string; text: string }[]> {
  const pieces: { channel: string; data: Uint8Array }[] = [];
  for await (const { channel, data } of readFrames(stream)) {
    const last = pieces.at(-1);
    if (last?.channel === channel) last.data = Buffer.concat([last.data, data]);
    else pieces.push({ channel, data });
  }
  return pieces.map(({ channel, data }) => ({ channel, text: Buffer.from(data).toString('utf8') }));
}

/** Neighbours of one channel as one, without those that say nothing. */
function joined(parts: readonly (readonly [number, string])[]): { channel: string; text: string }[] {
  const all: { channel: string; text: string }[] = [];
  for (const [stream, text] of parts) {
    const channel = stream === 2 ? 'stderr' : 'stdout';
    const last = all.at(-1);
    if (text === '') continue;
    if (last?.channel === channel) last.text += text;
    else all.push({ channel, text });
  }
  return all;
}

describe('output frames', () => {
  it('give the output of each channel in order, however the stream is cut', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(1, 2), fc.string())),
      fc.array(fc.integer({ min: 0, max: 9 })),
      async (parts, sizes) => {
        const bytes = Buffer.concat(parts.map(([stream, text]) => frame(stream, text)));
        expect(await collect(cut(bytes, sizes))).to.deep.equal(joined(parts));
      },
    );
    await fc.assert(property);
  });
});
