import { type Duplex, duplexPair } from 'node:stream';

import { expect } from 'chai';

import { FakeClock } from '../../../lib/clock/fake-clock.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { SpdyConnection } from '../../../lib/spdy/spdy-connection.js';
import { PortForwardSession } from './port-forward-session.js';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'default', name: 'web', uid: 'u1' },
  spec: { containers: [] },
};

/** To the end of what it says; it may still be written to. */
async function text(stream: Duplex): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

const closed = (stream: Duplex): Promise<unknown> => new Promise((resolve) => stream.once('close', resolve));

describe('PortForwardSession', () => {
  let clock: FakeClock;
  let client: SpdyConnection;
  let server: SpdyConnection;
  /** The pod's ends of connections, by port. */
  let dialed: { port: number; connection: Duplex; closed: Promise<unknown> }[];
  let gone: AbortController;

  beforeEach(() => {
    clock = new FakeClock();
    dialed = [];
    gone = new AbortController();
    const session = new PortForwardSession({
      pod,
      clock,
      onActivity: () => undefined,
      signal: gone.signal,
      dial: async (port) => {
        if (port === 9_999) throw new LongshoreError('Unavailable', 'connection refused');
        const [ours, theirs] = duplexPair();
        dialed.push({ port, connection: theirs, closed: closed(ours) });
        return ours;
      },
    });
    const [ours, theirs] = duplexPair();
    server = new SpdyConnection(theirs, { role: 'server', onStream: (stream) => session.add(stream) });
    client = new SpdyConnection(ours, { role: 'client' });
  });
  afterEach(() => client.destroy());

  const open = (streamtype: string, port: string, requestid?: string): Duplex =>
    client.open(new Map(Object.entries({ streamtype, port, ...(requestid === undefined ? {} : { requestid }) })));
  const dial = async (port: number): Promise<(typeof dialed)[number]> => {
    for (;;) {
      const found = dialed.find((one) => one.port === port);
      if (found) return found;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const connection = async (port: number): Promise<Duplex> => (await dial(port)).connection;

  it('pairs streams by their request id, whichever comes first', async () => {
    const errors = [open('error', '80', 'a'), open('error', '81', 'b')];
    const data = [open('data', '81', 'b'), open('data', '80', 'a')];
    for (const port of [80, 81]) (await connection(port)).resume().end(`from ${port}`);
    expect(await Promise.all(data.map(text))).to.deep.equal(['from 81', 'from 80']);
    for (const stream of data) stream.end();
    for (const stream of errors) expect(await text(stream)).to.equal('');
  });

  it('pairs streams of clients without request ids, one connection after the other', async () => {
    open('error', '80');
    const data = open('data', '80');
    (await connection(80)).end('answer');
    expect(await text(data)).to.equal('answer');
  });

  it('carries each direction to its own end', async () => {
    open('error', '80', '0');
    const data = open('data', '80', '0');
    const theirs = await connection(80);
    theirs.end('the pod has said all');
    expect(await text(data)).to.equal('the pod has said all');
    data.end('and still hears');
    expect(await text(theirs)).to.equal('and still hears');
  });

  it('tells on the error stream why a port cannot be connected to, and goes on', async () => {
    const error = open('error', '9999', '0');
    const data = open('data', '9999', '0');
    expect(await text(error)).to.equal('error forwarding port 9999 to pod default/web, uid u1: connection refused');
    await closed(data);
    open('error', '80', '1');
    const working = open('data', '80', '1');
    (await connection(80)).end('works');
    expect(await text(working)).to.equal('works');
  });

  it('tells nothing when the client itself resets a connection, and lets go of it', async () => {
    const error = open('error', '80', '0');
    const data = open('data', '80', '0');
    const { closed: podClosed } = await dial(80);
    data.destroy();
    expect(await text(error)).to.equal('');
    await podClosed;
  });

  it('lets go of everything when the client is gone', async () => {
    open('error', '80', '0');
    open('data', '80', '0');
    const { closed: podClosed } = await dial(80);
    gone.abort();
    await podClosed;
  });

  it('refuses streams that it does not know, and halves that stay alone', async () => {
    await closed(open('data', '0', '0'));
    await closed(open('data', 'http', '1'));
    await closed(open('gossip', '80', '2'));
    const alone = open('error', '80', '3');
    const ended = closed(alone);
    while (server.openStreams === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(30_000);
    await ended;
    expect(server.openStreams).to.equal(0);
  });
});
