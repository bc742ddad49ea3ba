import { constants, createDeflate, createInflate } from 'node:zlib';

import { expect } from 'chai';
import fc from 'fast-check';

import { FrameDecoder } from './frame-decoder.js';
import { FrameEncoder } from './frame-encoder.js';
import type { Frame } from './frames.js';
import { HeaderCompressor, HeaderDecompressor, type Headers } from './header-codec.js';
import { headerDictionary } from './header-dictionary.js';

const headers: fc.Arbitrary<Headers> = fc
  .array(fc.tuple(fc.stringMatching(/^[a-z-]{1,12}$/), fc.string()), { maxLength: 6 })
  .map((pairs) => new Map(pairs));
const streamId = fc.integer({ min: 1, max: 0x7fffffff });
const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const withHeaders = (type: 'synStream' | 'synReply' | 'headers'): fc.Arbitrary<Frame> =>
  fc.record({ type: fc.constant(type), streamId, fin: fc.boolean(), headers });
const frame: fc.Arbitrary<Frame> = fc.oneof(
  withHeaders('synStream'),
  withHeaders('synReply'),
  withHeaders('headers'),
  fc.record({ type: fc.constant('rstStream' as const), streamId, status: uint32 }),
  fc.record({
    type: fc.constant('settings' as const),
    settings: fc.array(fc.tuple(fc.integer({ min: 1, max: 0xffffff }), uint32)).map((pairs) => new Map(pairs)),
  }),
  fc.record({ type: fc.constant('ping' as const), id: uint32 }),
  fc.record({ type: fc.constant('goAway' as const), lastStreamId: streamId, status: uint32 }),
  fc.record({ type: fc.constant('windowUpdate' as const), streamId, bytes: fc.integer({ min: 1, max: 0x7fffffff }) }),
  fc.record({
    type: fc.constant('data' as const),
    streamId,
    fin: fc.boolean(),
    data: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  }),
);

/** Data frames of one stream that follow each other say the same as one. */
function joined(frames: readonly Frame[]): unknown[] {
  const all: Frame[] = [];
  let open = false;
  for (const next of frames) {
    const last = all.at(-1);
    if (next.type === 'data' && last?.type === 'data' && last.streamId === next.streamId && open) {
      all[all.length - 1] = { ...last, fin: next.fin, data: Buffer.concat([last.data, next.data]) };
    } else all.push(next);
    open = next.type === 'data' && !next.fin;
  }
  return all.map((one) =>
    'headers' in one ? { ...one, headers: [...one.headers] } : 'settings' in one ? { ...one, settings: [...one.settings] } : one,
  );
}

describe('SPDY frames', () => {
  it('come out as they went in, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 12 }), fc.array(fc.integer({ min: 1, max: 40 })), (frames, cuts) => {
        const encoder = new FrameEncoder();
        const decoder = new FrameDecoder();
        let bytes = Buffer.concat(frames.map((one) => encoder.encode(one)));
        const decoded: Frame[] = [];
        for (const cut of cuts) {
          decoded.push(...decoder.push(bytes.subarray(0, cut)));
          bytes = bytes.subarray(cut);
        }
        decoded.push(...decoder.push(bytes));
        expect(joined(decoded)).to.deep.equal(joined(frames));
      }),
    );
  });

  it('have the bytes of the specification', () => {
    const encoder = new FrameEncoder();
    expect(encoder.encode({ type: 'ping', id: 1 }).toString('hex')).to.equal('800300060000000400000001');
    expect(encoder.encode({ type: 'rstStream', streamId: 3, status: 5 }).toString('hex')).to.equal(
      '80030003000000080000000300000005',
    );
    expect(encoder.encode({ type: 'data', streamId: 5, fin: true, data: Buffer.from('hi') }).toString('hex')).to.equal(
      '00000005010000026869',
    );
    const synStream = encoder.encode({ type: 'synStream', streamId: 1, fin: false, headers: new Map([['a', 'b']]) });
    expect(synStream.subarray(0, 24).toString('hex')).to.match(/^80030001000000..00000001000000000000(78bbe3c6a7c2)$/);
  });

  it('are refused when they are something else', () => {
    const push = (text: string) => (): unknown => new FrameDecoder().push(Buffer.from(text, 'hex'));
    expect(push('800200060000000400000001')).to.throw('not version 3');
    expect(push('8003000101ffffff')).to.throw('a control frame has');
    expect(push('8003000600000002ffff')).to.throw('too short');
    expect(push('80030001000000100000000100000000000078bbe3c6a7c2')).to.throw('ends too early');
    expect(push('80030002000000100000000178bbe3c6a7c2ffffffffffff')).to.throw('cannot be decompressed');
  });

  it('of unknown kinds are passed over', () => {
    const bytes = Buffer.from('800300630000000400000001' + '800300060000000400000007', 'hex');
    expect(new FrameDecoder().push(bytes)).to.deep.equal([{ type: 'ping', id: 7 }]);
  });
});

describe('SPDY header blocks', () => {
  const blocks: Headers[] = [
    new Map([
      ['streamtype', 'error'],
      ['port', '80'],
      ['requestid', '0'],
    ]),
    new Map([
      ['streamtype', 'data'],
      ['port', '80'],
      ['requestid', '0'],
    ]),
    new Map([
      ['streamtype', 'error'],
      ['port', '8080'],
      ['requestid', '1'],
    ]),
  ];

  it('are one zlib stream to others: theirs are read', async () => {
    const deflate = createDeflate({ dictionary: headerDictionary, level: constants.Z_BEST_COMPRESSION });
    const decompressor = new HeaderDecompressor();
    for (const block of blocks) {
      const plain = [...block].flatMap(([name, value]) => [name, value]);
      const bytes = Buffer.concat([uint(block.size), ...plain.flatMap((text) => [uint(text.length), Buffer.from(text)])]);
      const pieces: Buffer[] = [];
      const collect = (piece: Buffer): void => void pieces.push(piece);
      deflate.on('data', collect);
      await new Promise<void>((resolve) => {
        deflate.write(bytes);
        deflate.flush(constants.Z_SYNC_FLUSH, resolve);
      });
      deflate.off('data', collect);
      expect([...decompressor.decompress(Buffer.concat(pieces))]).to.deep.equal([...block]);
    }
  });

  it('are one zlib stream to others: ours are read by them', async () => {
    const inflate = createInflate({ dictionary: headerDictionary });
    const compressor = new HeaderCompressor();
    let text = '';
    inflate.on('data', (piece: Buffer) => (text += piece.toString()));
    for (const block of blocks) {
      await new Promise<void>((resolve) => inflate.write(compressor.compress(block), () => resolve()));
      expect(text).to.contain([...block.values()].at(-1));
    }
    expect(text.match(/streamtype/g)).to.have.length(blocks.length);
  });

  it('keep to 32 KiB of history over many blocks', () => {
    const compressor = new HeaderCompressor();
    const decompressor = new HeaderDecompressor();
    for (let index = 0; index < 200; index += 1) {
      const block = new Map([
        ['streamtype', 'data'],
        ['requestid', String(index)],
        ['filler', 'x'.repeat(index * 7)],
      ]);
      expect([...decompressor.decompress(compressor.compress(block))]).to.deep.equal([...block]);
    }
  });

  it('do not grow without bound', () => {
    const bomb = new HeaderCompressor().compress(new Map([['a', 'x'.repeat(1_000_000)]]));
    expect(() => new HeaderDecompressor().decompress(bomb)).to.throw('cannot be decompressed');
  });
});

function uint(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
