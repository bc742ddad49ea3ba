import { finFlag, frameNumber, spdyVersion, type Frame } from './frames.js';
import { HeaderCompressor } from './header-codec.js';

/** Frames as bytes. Keeps the state of header compression: one a direction, frames in the order in which they are sent. */
export class FrameEncoder {
  readonly #headers = new HeaderCompressor();

  encode(frame: Frame): Buffer {
    switch (frame.type) {
      case 'data':
        return Buffer.concat([uint32(frame.streamId), flagsAndLength(frame.fin, frame.data.length), frame.data]);
      case 'synStream':
        // Associated stream, priority and slot: none.
        return control(frame.type, [uint32(frame.streamId), Buffer.alloc(6), this.#headers.compress(frame.headers)], frame.fin);
      case 'synReply':
      case 'headers':
        return control(frame.type, [uint32(frame.streamId), this.#headers.compress(frame.headers)], frame.fin);
      case 'rstStream':
        return control(frame.type, [uint32(frame.streamId), uint32(frame.status)]);
      case 'settings': {
        // The identifier has 24 bits behind eight of flags.
        const entries = [...frame.settings].flatMap(([id, value]) => [uint32(id & 0xffffff), uint32(value)]);
        return control(frame.type, [uint32(frame.settings.size), ...entries]);
      }
      case 'ping':
        return control(frame.type, [uint32(frame.id)]);
      case 'goAway':
        return control(frame.type, [uint32(frame.lastStreamId), uint32(frame.status)]);
      case 'windowUpdate':
        return control(frame.type, [uint32(frame.streamId), uint32(frame.bytes)]);
    }
  }
}

function control(type: keyof typeof frameNumber, parts: readonly Buffer[], fin = false): Buffer {
  const payload = Buffer.concat(parts);
  const head = Buffer.alloc(4);
  head.writeUInt16BE(0x8000 | spdyVersion, 0);
  head.writeUInt16BE(frameNumber[type], 2);
  return Buffer.concat([head, flagsAndLength(fin, payload.length), payload]);
}

function flagsAndLength(fin: boolean, length: number): Buffer {
  const bytes = uint32(length);
  bytes[0] = fin ? finFlag : 0;
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
