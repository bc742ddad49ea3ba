import { type Duplex, duplexPair } from 'node:stream';

import { expect } from 'chai';
import fc from 'fast-check';

import { FrameDecoder } from './frame-decoder.js';
import { FrameEncoder } from './frame-encoder.js';
import type { Frame } from './frames.js';
import { SpdyConnection } from './spdy-connection.js';
import type { SpdyStream } from './spdy-stream.js';

const headers = new Map([['streamtype', 'data']]);

async function textOf(stream: Duplex): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

/** Both ends of a connection; the server sends back what it gets. */
function echoing(): { client: SpdyConnection; server: SpdyConnection } {
  const [ours, theirs] = duplexPair();
  const server = new SpdyConnection(theirs, { role: 'server', onStream: (stream) => stream.pipe(stream) });
  return { client: new SpdyConnection(ours, { role: 'client' }), server };
}

/** A server whose client is the test itself, frame by frame, as kubectl is: without flow control. */
class RawPeer {
  readonly frames: Frame[] = [];
  readonly streams: SpdyStream[] = [];
  readonly connection: SpdyConnection;
  readonly #encoder = new FrameEncoder();
  readonly #transport: Duplex;

  constructor() {
    const [ours, theirs] = duplexPair();
    this.#transport = ours;
    this.connection = new SpdyConnection(theirs, { role: 'server', onStream: (stream) => void this.streams.push(stream) });
    const decoder = new FrameDecoder();
    ours.on('data', (chunk: Buffer) => this.frames.push(...decoder.push(chunk)));
  }

  /** Resolves when the server has taken it. */
  send(frame: Frame): Promise<void> {
    return new Promise((resolve) => this.#transport.write(this.#encoder.encode(frame), () => resolve()));
  }

  async received(type: Frame['type'], count = 1): Promise<Frame[]> {
    for (;;) {
      const found = this.frames.filter((frame) => frame.type === type);
      if (found.length >= count) return found;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  end(): void {
    this.#transport.end();
  }
}

describe('SpdyConnection', () => {
  it('carries streams side by side, each direction to its own end', async () => {
    const { client, server } = echoing();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ maxLength: 200 }), { minLength: 1, maxLength: 8 }), async (texts) => {
        const streams = texts.map((text) => {
          const stream = client.open(headers);
          stream.end(text);
          return stream;
        });
        expect(await Promise.all(streams.map(textOf))).to.deep.equal(texts);
      }),
      { numRuns: 30 },
    );
    client.close();
    expect(await server.closed).to.equal(undefined);
    expect([client.openStreams, server.openStreams]).to.deep.equal([0, 0]);
  });

  it('carries more than any window', async () => {
    const { client } = echoing();
    const stream = client.open(headers);
    const sent = 'longshore '.repeat(200_000);
    stream.end(sent);
    expect((await textOf(stream)) === sent).to.equal(true);
    client.destroy();
  });

  it('holds up the sender of a stream that nobody reads, and no other stream', async () => {
    const [ours, theirs] = duplexPair();
    const stalled: SpdyStream[] = [];
    new SpdyConnection(theirs, {
      role: 'server',
      onStream: (stream) => {
        if (stream.headers.get('streamtype') === 'stalls') stalled.push(stream);
        else stream.pipe(stream);
      },
    });
    const client = new SpdyConnection(ours, { role: 'client' });
    // The server's window is known once its SETTINGS have come.
    const first = client.open(headers);
    first.end('first');
    await textOf(first);
    const stream = client.open(new Map([['streamtype', 'stalls']]));
    stream.write(Buffer.alloc(10 * 1024 * 1024));
    const other = client.open(headers);
    other.end('passes');
    expect(await textOf(other)).to.equal('passes');
    expect(stream.writableLength).to.be.greaterThan(9 * 1024 * 1024);
    client.destroy();
  });

  it('answers pings of the client, and none of its own', async () => {
    const peer = new RawPeer();
    await peer.send({ type: 'ping', id: 2 });
    await peer.send({ type: 'ping', id: 7 });
    expect(await peer.received('ping')).to.deep.equal([{ type: 'ping', id: 7 }]);
  });

  it('accepts a stream with a reply and tells when the client resets it', async () => {
    const peer = new RawPeer();
    await peer.send({ type: 'synStream', streamId: 1, fin: false, headers });
    expect(await peer.received('synReply')).to.have.length(1);
    const [stream] = peer.streams;
    if (!stream) throw new Error('no stream');
    const closed = new Promise((resolve) => stream.once('close', resolve));
    await peer.send({ type: 'rstStream', streamId: 1, status: 5 });
    await closed;
    expect(peer.connection.openStreams).to.equal(0);
    expect(peer.frames.filter(({ type }) => type === 'rstStream')).to.deep.equal([]);
  });

  it('refuses ids that are used or not the client’s', async () => {
    const peer = new RawPeer();
    for (const streamId of [3, 1, 4]) await peer.send({ type: 'synStream', streamId, fin: false, headers });
    const resets = await peer.received('rstStream', 2);
    expect(resets.map((frame) => 'streamId' in frame && frame.streamId)).to.deep.equal([1, 4]);
  });

  it('stops reading a client without flow control once a mebibyte waits, and goes on when it is taken', async () => {
    const peer = new RawPeer();
    await peer.send({ type: 'synStream', streamId: 1, fin: false, headers });
    let sent = 0;
    const sending = (async () => {
      for (; sent < 64; sent += 1)
        await peer.send({ type: 'data', streamId: 1, fin: sent === 63, data: Buffer.alloc(64 * 1024) });
    })();
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(sent).to.be.within(15, 20);
    const [stream] = peer.streams;
    if (!stream) throw new Error('no stream');
    expect((await textOf(stream)).length).to.equal(64 * 64 * 1024);
    await sending;
    const granted = peer.frames.reduce((sum, frame) => sum + (frame.type === 'windowUpdate' ? frame.bytes : 0), 0);
    expect(granted).to.be.within(63 * 64 * 1024, 64 * 64 * 1024);
  });

  it('heeds the window of a client that says one', async () => {
    const peer = new RawPeer();
    await peer.send({ type: 'settings', settings: new Map([[7, 1_000]]) });
    await peer.send({ type: 'synStream', streamId: 1, fin: false, headers });
    await peer.received('synReply');
    peer.streams[0]?.write(Buffer.alloc(1_500));
    const size = (): number => peer.frames.reduce((sum, frame) => sum + (frame.type === 'data' ? frame.data.length : 0), 0);
    await peer.received('data');
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(size()).to.equal(1_000);
    await peer.send({ type: 'windowUpdate', streamId: 1, bytes: 500 });
    await peer.received('data', 2);
    expect(size()).to.equal(1_500);
  });

  it('ends streams with the connection', async () => {
    const peer = new RawPeer();
    await peer.send({ type: 'synStream', streamId: 1, fin: false, headers });
    await peer.received('synReply');
    const [stream] = peer.streams;
    if (!stream) throw new Error('no stream');
    const reading = textOf(stream).catch((thrown: unknown) => (thrown as Error).message);
    peer.end();
    expect(await reading).to.equal('the connection was closed');
    expect(await peer.connection.closed).to.equal(undefined);
  });

  it('gives a connection up that speaks something else', async () => {
    const [ours, theirs] = duplexPair();
    const connection = new SpdyConnection(theirs, { role: 'server' });
    ours.on('error', () => undefined);
    ours.write('\x80\x02GET / HTTP/1.1\r\n\r\n');
    expect((await connection.closed)?.message).to.contain('not version 3');
    expect(theirs.destroyed).to.equal(true);
  });
});
