import { encode } from 'dns-packet';
import { expect } from 'chai';

import { FakeClock } from '../../lib/clock/fake-clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { Forwarder } from './forwarder.js';
import { parseResolvConf } from './host-resolvers.js';
import { type Exchange } from './upstream-exchange.js';

const first = { address: '192.0.2.1', port: 53 };
const second = { address: '192.0.2.2', port: 53 };

function query(id: number, name: string): Buffer {
  return encode({ type: 'query', id, questions: [{ type: 'A', name }] });
}

function answerTo(packet: Buffer, ttl: number, rcode = 0): Buffer {
  const id = packet.readUInt16BE(0);
  return encode({
    type: 'response',
    id,
    flags: rcode,
    questions: [{ type: 'A', name: 'x.example' }],
    answers: [{ type: 'A', name: 'x.example', ttl, data: '203.0.113.1' }],
  });
}

describe('Forwarder', () => {
  let clock: FakeClock;
  let asked: string[];

  beforeEach(() => {
    clock = new FakeClock();
    asked = [];
  });

  function forwarderWith(exchange: Exchange): Forwarder {
    const noted: Exchange = (upstream, packet, options) => {
      asked.push(upstream.address);
      return exchange(upstream, packet, options);
    };
    return new Forwarder({ upstreams: async () => [first, second], clock, exchange: noted });
  }

  it('goes on to the next server when one is silent', async () => {
    const forwarder = forwarderWith(async (upstream, packet) => {
      if (upstream === first) throw new LongshoreError('DeadlineExceeded', 'silent');
      return answerTo(packet, 60);
    });
    const reply = await forwarder.forward(query(7, 'x.example'), 'udp');
    expect(reply.readUInt16BE(0)).to.equal(7);
    expect(asked).to.deep.equal([first.address, second.address]);
  });

  it('gives up after two rounds', async () => {
    const forwarder = forwarderWith(async () => {
      throw new LongshoreError('Unavailable', 'refused');
    });
    const failure = await forwarder.forward(query(7, 'x.example'), 'udp').catch((thrown: unknown) => thrown);
    expect(failure).to.include({ code: 'Unavailable' });
    expect(asked).to.have.lengthOf(4);
  });

  it('keeps an answer for its TTL, counting it down, and at most 30 s', async () => {
    const forwarder = forwarderWith(async (_upstream, packet) => answerTo(packet, 20));
    await forwarder.forward(query(1, 'x.example'), 'udp');
    await clock.advance(5_000);
    const kept = await forwarder.forward(query(2, 'x.example'), 'udp');
    expect(kept.equals(answerTo(query(2, 'x.example'), 15))).to.equal(true);
    expect(asked).to.have.lengthOf(1);
    await clock.advance(16_000);
    await forwarder.forward(query(3, 'x.example'), 'udp');
    expect(asked).to.have.lengthOf(2);
  });

  it('keeps no failure', async () => {
    const forwarder = forwarderWith(async (_upstream, packet) => answerTo(packet, 20, 2));
    for (const id of [1, 2]) await forwarder.forward(query(id, 'x.example'), 'udp');
    expect(asked).to.have.lengthOf(2);
  });

  it('asks once for what several clients ask at the same time', async () => {
    const forwarder = forwarderWith(async (_upstream, packet) => answerTo(packet, 0));
    const replies = await Promise.all([1, 2, 3].map((id) => forwarder.forward(query(id, 'x.example'), 'udp')));
    expect(replies.map((reply) => reply.readUInt16BE(0))).to.deep.equal([1, 2, 3]);
    expect(asked).to.have.lengthOf(1);
  });

  it('refuses when too much is on its way', async () => {
    const forwarder = forwarderWith(() => new Promise(() => undefined));
    for (let index = 0; index < 256; index++) void forwarder.forward(query(1, `x${index}.example`), 'udp');
    const failure = await forwarder.forward(query(1, 'y.example'), 'udp').catch((thrown: unknown) => thrown);
    expect(failure).to.include({ code: 'ResourceExhausted' });
  });
});

describe('parseResolvConf', () => {
  it('reads the servers and nothing else', () => {
    const text =
      '# a comment\nnameserver 192.0.2.1\nsearch example.com\n nameserver  2001:db8::1 \nnameserver bogus\n#nameserver 9.9.9.9\n';
    expect(parseResolvConf(text).map(({ address }) => address)).to.deep.equal(['192.0.2.1', '2001:db8::1']);
  });
});
