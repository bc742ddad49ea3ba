import { constants, deflateRawSync, deflateSync, inflateRawSync } from 'node:zlib';

import { LongshoreError } from '../errors/errors.js';
import { headerDictionary } from './header-dictionary.js';

/** Names in lower case; several values of one name are joined by a zero byte. */
export type Headers = ReadonlyMap<string, string>;

/** Far more than clients of Kubernetes send. */
const maxHeaderBytes = 64 * 1024;
/** How far back deflate refers. */
const historyBytes = 32 * 1024;
/** What a zlib stream begins with that needs the dictionary: two bytes and the dictionary's checksum. */
const zlibPreamble = deflateSync(Buffer.alloc(0), { dictionary: headerDictionary }).subarray(0, 6);

/**
 * SPDY/3 compresses all header blocks of one direction as one zlib stream, flushed after each
 * (draft 3, section 2.6.10.1). A flush ends at a byte, so a block can be worked on by itself,
 * given what came before it as dictionary; that keeps both classes synchronous.
 */
class History {
  #bytes: Buffer = headerDictionary;

  get bytes(): Buffer {
    return this.#bytes;
  }

  add(block: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, block]).subarray(-historyBytes);
  }
}

export class HeaderCompressor {
  readonly #history = new History();
  #first = true;

  compress(headers: Headers): Buffer {
    const block = encodeBlock(headers);
    const flushed = { dictionary: this.#history.bytes, finishFlush: constants.Z_SYNC_FLUSH };
    const compressed = deflateRawSync(block, flushed);
    this.#history.add(block);
    const preamble = this.#first ? [zlibPreamble] : [];
    this.#first = false;
    return Buffer.concat([...preamble, compressed]);
  }
}

export class HeaderDecompressor {
  readonly #history = new History();
  #first = true;

  /** @throws LongshoreError InvalidArgument: nothing that follows can be read either */
  decompress(compressed: Buffer): Headers {
    const from = this.#first ? zlibPreamble.length : 0;
    this.#first = false;
    let block: Buffer;
    try {
      block = inflateRawSync(compressed.subarray(from), {
        dictionary: this.#history.bytes,
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: maxHeaderBytes,
      });
    } catch (cause) {
      throw new LongshoreError('InvalidArgument', 'a SPDY header block cannot be decompressed', { cause });
    }
    this.#history.add(block);
    return decodeBlock(block);
  }
}

/** Number of pairs, then each name and value behind its length; all numbers have 32 bits. */
function encodeBlock(headers: Headers): Buffer {
  const parts = [...headers].flatMap(([name, value]) => [Buffer.from(name), Buffer.from(value)]);
  return Buffer.concat([uint32(headers.size), ...parts.flatMap((part) => [uint32(part.length), part])]);
}

function decodeBlock(block: Buffer): Headers {
  let offset = 0;
  const number = (): number => {
    if (offset + 4 > block.length) throw new LongshoreError('InvalidArgument', 'a SPDY header block ends too early');
    offset += 4;
    return block.readUInt32BE(offset - 4);
  };
  const text = (): string => {
    const length = number();
    if (offset + length > block.length) throw new LongshoreError('InvalidArgument', 'a SPDY header block ends too early');
    offset += length;
    return block.toString('utf8', offset - length, offset);
  };
  const headers = new Map<string, string>();
  for (let left = number(); left > 0; left -= 1) {
    const name = text().toLowerCase();
    headers.set(name, text());
  }
  return headers;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
