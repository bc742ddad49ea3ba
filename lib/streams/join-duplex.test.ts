import { type Duplex, duplexPair } from 'node:stream';

import { expect } from 'chai';

import { joinDuplex } from './join-duplex.js';

async function text(stream: Duplex): Promise<string> {
  let said = '';
  for await (const piece of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) said += piece.toString();
  return said;
}

describe('joinDuplex', () => {
  it('ends once both directions have, each by itself', async () => {
    const [left, a] = duplexPair();
    const [right, b] = duplexPair();
    let pieces = 0;
    const joining = joinDuplex(a, b, () => (pieces += 1));
    left.end('to the right');
    expect(await text(right)).to.equal('to the right');
    right.end('to the left');
    expect(await text(left)).to.equal('to the left');
    await joining;
    expect(pieces).to.equal(2);
  });

  it('fails when one breaks', async () => {
    const [, a] = duplexPair();
    const [, b] = duplexPair();
    const joining = joinDuplex(a, b).catch((thrown: unknown) => (thrown as Error).message);
    a.on('error', () => undefined);
    a.destroy(new Error('broke'));
    expect(await joining).to.equal('broke');
    b.destroy();
  });
});
