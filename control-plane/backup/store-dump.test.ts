import { expect } from 'chai';
import fc from 'fast-check';

import { isError } from '../../lib/errors/errors.js';
import { decodeStoreDump, encodeStoreDump } from './store-dump.js';

const revision = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const value = fc.oneof(
  fc.uint8Array(),
  fc.string({ unit: 'grapheme' }).map((text) => Buffer.from(text)),
);
const entry = fc.record({ key: fc.string({ minLength: 1 }), createRevision: revision, modRevision: revision, value });

describe('store dump', () => {
  it('gives back every byte of every value', () => {
    fc.assert(
      fc.property(revision, fc.array(entry), (newest, entries) => {
        const plain = entries.map((one) => ({ ...one, value: Buffer.from(one.value) }));
        expect(decodeStoreDump(encodeStoreDump({ revision: newest, entries }))).to.deep.equal({
          revision: newest,
          entries: plain,
        });
      }),
    );
  });

  it('shows objects as text', () => {
    const entries = [{ key: '/pods/default/a', createRevision: 1, modRevision: 2, value: Buffer.from('{"kind":"Pod"}') }];
    expect(encodeStoreDump({ revision: 2, entries }).toString()).to.equal(
      '{"revision":2}\n{"key":"/pods/default/a","created":1,"modified":2,"text":"{\\"kind\\":\\"Pod\\"}"}\n',
    );
  });

  const malformed: [string, string, number][] = [
    ['nothing', '', 1],
    ['no revision', '{}\n', 1],
    ['an entry without a key', '{"revision":1}\n{"created":1,"modified":1,"text":""}\n', 2],
    ['an entry without a value', '{"revision":1}\n{"key":"/a","created":1,"modified":1}\n', 2],
    ['a line cut off', '{"revision":1}\n{"key":"/a","created":1,"modified":1,"text":""}\n{"key":"/b', 3],
  ];
  for (const [what, text, line] of malformed) {
    it(`refuses ${what} and names the line`, () => {
      let thrown: unknown;
      try {
        decodeStoreDump(Buffer.from(text));
      } catch (error) {
        thrown = error;
      }
      expect(isError(thrown, 'InvalidArgument')).to.equal(true);
      expect((thrown as Error).message).to.contain(`line ${line} `);
    });
  }
});
