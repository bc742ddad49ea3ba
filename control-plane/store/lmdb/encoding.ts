import { LongshoreError } from '../../../lib/errors/errors.js';
import type { ChangeBatch, Entry } from '../store.js';

/**
 * How entries and undo records lie in lmdb. Numbers are little-endian; a revision is a
 * float64, exact up to 2^53.
 *
 *   entry   createRevision f64 | modRevision f64 | value
 *   undo    version u8 | for every change: key length u16 | key | existed u8
 *             | when it existed: entry length u32 | entry
 */
const entryHeaderBytes = 16;
const undoVersion = 1;

export function encodeEntry(entry: Entry): Buffer {
  const encoded = Buffer.allocUnsafe(entryHeaderBytes + entry.value.byteLength);
  encoded.writeDoubleLE(entry.createRevision, 0);
  encoded.writeDoubleLE(entry.modRevision, 8);
  encoded.set(entry.value, entryHeaderBytes);
  return encoded;
}

/** The result has bytes of its own; `encoded` may be reused. */
export function decodeEntry(key: string, encoded: Buffer): Entry {
  if (encoded.byteLength < entryHeaderBytes) throw damaged(`entry ${key} is cut off`);
  return {
    key,
    value: Uint8Array.from(encoded.subarray(entryHeaderBytes)),
    createRevision: encoded.readDoubleLE(0),
    modRevision: encoded.readDoubleLE(8),
  };
}

/** What takes `batch` back: the previous entry of every key that it changed. */
export function encodeUndo(batch: ChangeBatch): Buffer {
  const parts: Buffer[] = [Buffer.of(undoVersion)];
  for (const { key, previous } of batch.changes) {
    const keyBytes = Buffer.from(key);
    const header = Buffer.alloc(2);
    header.writeUInt16LE(keyBytes.byteLength);
    parts.push(header, keyBytes, Buffer.of(previous ? 1 : 0));
    if (!previous) continue;
    const entry = encodeEntry(previous);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(entry.byteLength);
    parts.push(length, entry);
  }
  return Buffer.concat(parts);
}

/** The inverse of {@link encodeUndo}: key and previous entry of every change, in order. */
export function decodeUndo(encoded: Buffer): [key: string, previous: Entry | undefined][] {
  if (encoded[0] !== undoVersion) throw damaged(`undo record of version ${encoded[0] ?? 'none'}`);
  const changes: [string, Entry | undefined][] = [];
  let at = 1;
  const take = (length: number): Buffer => {
    if (at + length > encoded.byteLength) throw damaged('an undo record is cut off');
    const part = encoded.subarray(at, at + length);
    at += length;
    return part;
  };
  while (at < encoded.byteLength) {
    const key = take(take(2).readUInt16LE()).toString();
    const existed = take(1)[0] === 1;
    changes.push([key, existed ? decodeEntry(key, take(take(4).readUInt32LE())) : undefined]);
  }
  return changes;
}

function damaged(what: string): LongshoreError {
  return new LongshoreError('Internal', `the store's files are damaged: ${what}`);
}
