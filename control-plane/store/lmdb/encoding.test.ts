import { expect } from 'chai';
import fc from 'fast-check';
import type { Entry } from '../store.js';
import { decodeEntry, decodeUndo, encodeEntry, encodeUndo } from './encoding.js';

const revision = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const entry = fc.record({
  key: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
  value: fc.uint8Array({ maxLength: 300 }),
  createRevision: revision,
  modRevision: revision,
});

describe('encoding', () => {
  it('reads back every entry', () => {
    fc.assert(
      fc.property(entry, (original) => {
        expect(decodeEntry(original.key, encodeEntry(original))).to.deep.equal(original);
      }),
    );
  });

  it('reads back what every batch replaced', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ entry, existed: fc.boolean() }), { maxLength: 5 }), (made) => {
        const previous = made.map(({ entry: one, existed }): [string, Entry | undefined] => [one.key, existed ? one : undefined]);
        const changes = previous.map(([key, before]) => ({ key, previous: before, current: undefined }));
        expect(decodeUndo(encodeUndo({ revision: 1, changes }))).to.deep.equal(previous);
      }),
    );
  });

  it('refuses what is cut off', () => {
    const one = { key: '/k', value: Buffer.from('v'), createRevision: 1, modRevision: 1 };
    const undo = encodeUndo({ revision: 2, changes: [{ key: '/k', previous: one, current: undefined }] });
    expect(() => decodeUndo(undo.subarray(0, undo.length - 1))).to.throw(/damaged/);
    expect(() => decodeUndo(Buffer.of(9))).to.throw(/undo record of version 9/);
    expect(() => decodeEntry('/k', Buffer.alloc(3))).to.throw(/entry \/k is cut off/);
  });
});
