import type { Duplex } from 'node:stream';

import { LongshoreError } from '../errors/errors.js';
import { SendWindow } from '../streams/send-window.js';
import { writeChunk } from '../streams/write-chunk.js';
import { FrameDecoder } from './frame-decoder.js';
import { FrameEncoder } from './frame-encoder.js';
import { initialWindowSetting, maxStreamId, resetStatus, type Frame } from './frames.js';
import type { Headers } from './header-codec.js';
import { SpdyStream } from './spdy-stream.js';

/** What a peer may send on a stream before we grant more: SPDY's own default. */
const windowBytes = 64 * 1024;
/** A peer without flow control may run ahead so far on one stream; then the whole connection waits. */
const aheadBytes = 1024 * 1024;
/** And so far on all of them together. */
const aheadBytesInAll = 16 * aheadBytes;
/** Answers that a peer may leave unread, such as those to its pings. */
const unreadBytes = 1024 * 1024;
const maxStreams = 1_000;

export interface SpdyConnectionOptions {
  /** The server's streams have even ids, the client's odd ones. */
  role: 'client' | 'server';
  /** Hears of each stream that the peer opens; it has been accepted. */
  onStream?: (stream: SpdyStream) => void;
}

interface Open {
  stream: SpdyStream;
  /** Came and not taken yet. */
  buffered: number;
  /** Taken and not granted yet. */
  ungranted: number;
}

/**
 * SPDY/3.1 over any byte stream, as far as Kubernetes uses it: streams both ways, no HTTP.
 *
 * Flow control of streams is kept with peers that say a window in SETTINGS, as this class
 * itself does. kubectl does neither send nor heed WINDOW_UPDATE: what it sends is bounded by
 * not reading the connection, once one of its streams has a mebibyte that nobody takes.
 */
export class SpdyConnection {
  /** Settles when the connection is over, with the reason when it broke. Never rejects. */
  readonly closed: Promise<LongshoreError | undefined>;
  readonly #transport: Duplex;
  readonly #onStream: (stream: SpdyStream) => void;
  readonly #isServer: boolean;
  readonly #encoder = new FrameEncoder();
  readonly #decoder = new FrameDecoder();
  readonly #streams = new Map<number, Open>();
  #nextId: number;
  #nextPing: number;
  #lastPeerId = 0;
  #peerWindowBytes: number | undefined;
  #resume: () => void = () => undefined;
  #closing = false;
  /** Of all streams. */
  #buffered = 0;

  /** Reads from the transport at once; its end is the connection's. */
  constructor(transport: Duplex, { role, onStream }: SpdyConnectionOptions) {
    this.#transport = transport;
    this.#isServer = role === 'server';
    this.#onStream = onStream ?? ((stream) => stream.destroy());
    this.#nextId = this.#isServer ? 2 : 1;
    this.#nextPing = this.#nextId;
    // Whoever writes hears of it, and the reader below.
    transport.on('error', () => undefined);
    this.#post({ type: 'settings', settings: new Map([[initialWindowSetting, windowBytes]]) });
    this.closed = this.#read().then(
      () => this.#finish(undefined),
      (thrown: unknown) => this.#finish(LongshoreError.from(thrown, 'Unavailable')),
    );
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  /** @throws LongshoreError Unavailable when the connection is over */
  open(headers: Headers): SpdyStream {
    if (this.#closing || this.#transport.destroyed) throw new LongshoreError('Unavailable', 'the connection is closed');
    const id = this.#nextId;
    this.#nextId += 2;
    // In this order: nothing of the stream may come before it.
    this.#post({ type: 'synStream', streamId: id, fin: false, headers });
    return this.#add(id, headers);
  }

  /** Lets what was written arrive, then ends the connection. Streams that are open are reset. */
  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#post({ type: 'goAway', lastStreamId: this.#lastPeerId, status: 0 });
    this.#transport.end();
  }

  /** Sends a ping; the peer's answer is not waited for, but one that is gone comes to light. */
  ping(): void {
    this.#post({ type: 'ping', id: this.#nextPing });
    this.#nextPing += 2;
  }

  destroy(): void {
    this.#closing = true;
    this.#transport.destroy();
  }

  async #read(): Promise<void> {
    for await (const chunk of this.#transport as AsyncIterable<Buffer>) {
      for (const frame of this.#decoder.push(chunk)) {
        const open = this.#handle(frame);
        while (open && (open.buffered > aheadBytes || this.#buffered > aheadBytesInAll) && !open.stream.destroyed) {
          await new Promise<void>((resolve) => {
            this.#resume = resolve;
          });
        }
      }
    }
  }

  /** @returns the stream that got data */
  #handle(frame: Frame): Open | undefined {
    switch (frame.type) {
      case 'synStream':
        this.#accept(frame.streamId, frame.headers, frame.fin);
        return undefined;
      case 'data':
        return this.#receive(frame.streamId, frame.data, frame.fin);
      case 'synReply':
      case 'headers':
        if (frame.fin) this.#streams.get(frame.streamId)?.stream.receive(Buffer.alloc(0), true);
        return undefined;
      case 'rstStream':
        this.#streams.get(frame.streamId)?.stream.abandon(new LongshoreError('Cancelled', 'the peer reset the stream'));
        return undefined;
      case 'settings':
        this.#peerWindowBytes = frame.settings.get(initialWindowSetting) ?? this.#peerWindowBytes;
        return undefined;
      case 'ping':
        // Its parity tells who asked; the other one is an answer.
        if ((frame.id % 2 === 1) === this.#isServer) this.#post(frame);
        return undefined;
      case 'windowUpdate':
        this.#streams.get(frame.streamId)?.stream.grant(frame.bytes);
        return undefined;
      case 'goAway':
        return undefined;
    }
  }

  #accept(id: number, headers: Headers, fin: boolean): void {
    const usable = id > this.#lastPeerId && (id % 2 === 1) === this.#isServer;
    if (usable) this.#lastPeerId = id;
    if (!usable || this.#closing || this.#streams.size >= maxStreams) {
      this.#reset(id, usable ? resetStatus.refusedStream : resetStatus.protocolError);
      return;
    }
    const stream = this.#add(id, headers);
    this.#post({ type: 'synReply', streamId: id, fin: false, headers: new Map() });
    if (fin) stream.receive(Buffer.alloc(0), true);
    this.#onStream(stream);
  }

  #receive(id: number, data: Buffer, fin: boolean): Open | undefined {
    const open = this.#streams.get(id);
    // Data may be on its way to a stream that is closed already.
    if (!open) return undefined;
    open.buffered += data.length;
    this.#buffered += data.length;
    open.stream.receive(data, fin);
    return open;
  }

  #add(id: number, headers: Headers): SpdyStream {
    const window = this.#peerWindowBytes === undefined ? undefined : new SendWindow(this.#peerWindowBytes);
    const stream = new SpdyStream({
      id,
      headers,
      window,
      port: {
        sendData: (data, fin) => this.#send({ type: 'data', streamId: id, fin, data }),
        sendReset: (status) => this.#reset(id, status),
        taken: (bytes) => this.#taken(id, bytes),
        closed: () => this.#forget(id),
      },
    });
    if (id <= maxStreamId) this.#streams.set(id, { stream, buffered: 0, ungranted: 0 });
    return stream;
  }

  #taken(id: number, bytes: number): void {
    const open = this.#streams.get(id);
    if (!open) return;
    open.buffered -= bytes;
    this.#buffered -= bytes;
    open.ungranted += bytes;
    this.#resume();
    if (open.ungranted < windowBytes / 2) return;
    this.#post({ type: 'windowUpdate', streamId: id, bytes: open.ungranted });
    open.ungranted = 0;
  }

  #forget(id: number): void {
    this.#buffered -= this.#streams.get(id)?.buffered ?? 0;
    this.#streams.delete(id);
    this.#resume();
  }

  #reset(streamId: number, status: number): void {
    this.#post({ type: 'rstStream', streamId, status });
  }

  async #send(frame: Frame): Promise<void> {
    await writeChunk(this.#transport, this.#encoder.encode(frame));
  }

  /** Sends what is small and follows from what came. */
  #post(frame: Frame): void {
    if (!this.#transport.writable) return;
    this.#transport.write(this.#encoder.encode(frame));
    if (this.#transport.writableLength <= unreadBytes) return;
    this.#transport.destroy(new LongshoreError('ResourceExhausted', 'the peer does not read what it is answered'));
  }

  #finish(error: LongshoreError | undefined): LongshoreError | undefined {
    this.#closing = true;
    const gone = error ?? new LongshoreError('Unavailable', 'the connection was closed');
    for (const { stream } of [...this.#streams.values()]) stream.abandon(gone);
    this.#transport.end();
    return error;
  }
}
