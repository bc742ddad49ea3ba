import { LongshoreError } from '../errors/errors.js';
import { finFlag, frameNumber, maxStreamId, spdyVersion, type Frame } from './frames.js';
import { HeaderDecompressor } from './header-codec.js';

const headBytes = 8;
/** Only header blocks could be longer, and those of Kubernetes' clients are not. */
const maxControlBytes = 64 * 1024;

type Begun = { streamId: number; fin: boolean; left: number };

/**
 * Bytes as frames, however they are cut. Data is handed on as it comes, one long frame as
 * several; a control frame is kept until it is whole.
 */
export class FrameDecoder {
  readonly #headers = new HeaderDecompressor();
  #bytes: Buffer = Buffer.alloc(0);
  /** The data frame whose data is still coming. */
  #data: Begun | undefined;

  /** @throws LongshoreError InvalidArgument when this is not SPDY/3: the connection is of no use then */
  push(chunk: Buffer): Frame[] {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    const frames: Frame[] = [];
    for (;;) {
      const frame = this.#data ? this.#moreData(this.#data) : this.#next();
      if (frame === undefined) return frames;
      if (frame !== 'ignored') frames.push(frame);
    }
  }

  #next(): Frame | 'ignored' | undefined {
    if (this.#bytes.length < headBytes) return undefined;
    const first = this.#bytes.readUInt32BE(0);
    const flags = this.#bytes.readUInt8(4);
    const length = this.#bytes.readUIntBE(5, 3);
    const fin = (flags & finFlag) !== 0;
    if (first <= maxStreamId) {
      this.#take(headBytes);
      this.#data = { streamId: first, fin, left: length };
      return this.#moreData(this.#data);
    }
    if (((first >>> 16) & 0x7fff) !== spdyVersion) throw invalid('it is not version 3');
    if (length > maxControlBytes) throw invalid(`a control frame has ${length} bytes`);
    if (this.#bytes.length < headBytes + length) return undefined;
    this.#take(headBytes);
    return this.#control(first & 0xffff, fin, this.#take(length));
  }

  #moreData(begun: Begun): Frame | undefined {
    if (begun.left > 0 && this.#bytes.length === 0) return undefined;
    const data = this.#take(Math.min(begun.left, this.#bytes.length));
    begun.left -= data.length;
    const last = begun.left === 0;
    if (last) this.#data = undefined;
    return { type: 'data', streamId: begun.streamId, fin: begun.fin && last, data };
  }

  #control(number: number, fin: boolean, payload: Buffer): Frame | 'ignored' {
    const id = (offset = 0): number => uint32(payload, offset) & maxStreamId;
    switch (number) {
      case frameNumber.synStream:
        return { type: 'synStream', streamId: id(), fin, headers: this.#headers.decompress(payload.subarray(10)) };
      case frameNumber.synReply:
        return { type: 'synReply', streamId: id(), fin, headers: this.#headers.decompress(payload.subarray(4)) };
      case frameNumber.headers:
        return { type: 'headers', streamId: id(), fin, headers: this.#headers.decompress(payload.subarray(4)) };
      case frameNumber.rstStream:
        return { type: 'rstStream', streamId: id(), status: uint32(payload, 4) };
      case frameNumber.settings:
        return { type: 'settings', settings: settingsOf(payload) };
      case frameNumber.ping:
        return { type: 'ping', id: uint32(payload, 0) };
      case frameNumber.goAway:
        return { type: 'goAway', lastStreamId: id(), status: uint32(payload, 4) };
      case frameNumber.windowUpdate:
        return { type: 'windowUpdate', streamId: id(), bytes: id(4) };
      default:
        return 'ignored';
    }
  }

  #take(length: number): Buffer {
    const taken = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return taken;
  }
}

function settingsOf(payload: Buffer): ReadonlyMap<number, number> {
  const settings = new Map<number, number>();
  const count = uint32(payload, 0);
  for (let index = 0; index < count; index += 1) {
    settings.set(uint32(payload, 4 + index * 8) & 0xffffff, uint32(payload, 8 + index * 8));
  }
  return settings;
}

function uint32(payload: Buffer, offset: number): number {
  if (offset + 4 > payload.length) throw invalid('a control frame is too short');
  return payload.readUInt32BE(offset);
}

function invalid(why: string): LongshoreError {
  return new LongshoreError('InvalidArgument', `the connection does not speak SPDY/3: ${why}`);
}
