import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { Scalar } from '../../../lib/kubernetes/schema/schema-table.js';
import { badRequest } from '../causes.js';

/** One scalar in the form that it has in JSON; undefined for an unset time. */
export function readScalar(scalar: Scalar, reader: BinaryReader, wireType: WireType): unknown {
  switch (scalar) {
    case 'string':
      return reader.string();
    case 'boolean':
      return reader.bool();
    case 'int32':
      return reader.int32();
    case 'int64':
      return Number(reader.int64());
    case 'number':
      return wireType === WireType.Bit64 ? reader.double() : Number(reader.int64());
    case 'bytes':
      return Buffer.from(reader.bytes()).toString('base64');
    case 'quantity':
      return readMessage(reader, { 1: (field) => field.string() })[1] ?? '0';
    case 'intOrString':
      return readIntOrString(reader);
    case 'time':
      return readTime(reader, 'seconds');
    case 'microTime':
      return readTime(reader, 'micros');
    case 'duration':
      return `${Number(readMessage(reader, { 1: (field) => Number(field.int64()) })[1] ?? 0) / 1e9}s`;
    case 'object':
      return readFreeForm(reader);
  }
}

function readIntOrString(reader: BinaryReader): number | string {
  const parts = readMessage(reader, {
    1: (field) => field.int32(),
    2: (field) => field.int32(),
    3: (field) => field.string(),
  });
  return parts[1] === 1 ? String(parts[3] ?? '') : Number(parts[2] ?? 0);
}

function readTime(reader: BinaryReader, precision: 'seconds' | 'micros'): string | undefined {
  const parts = readMessage(reader, { 1: (field) => Number(field.int64()), 2: (field) => field.int32() });
  if (parts[1] === undefined) return undefined;
  const seconds = new Date(Number(parts[1]) * 1000).toISOString().slice(0, 19);
  const micros = Math.floor(Number(parts[2] ?? 0) / 1000);
  return precision === 'seconds' ? `${seconds}Z` : `${seconds}.${String(micros).padStart(6, '0')}Z`;
}

function readFreeForm(reader: BinaryReader): unknown {
  const raw = readMessage(reader, { 1: (field) => Buffer.from(field.bytes()).toString() })[1];
  if (raw === undefined || raw === '') return undefined;
  try {
    return JSON.parse(String(raw));
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    throw badRequest('an embedded object is not JSON');
  }
}

type Read = (field: BinaryReader) => string | number;

/** The fields that `readers` knows, of a message with none that repeat. */
function readMessage(reader: BinaryReader, readers: Readonly<Record<number, Read>>): Partial<Record<number, string | number>> {
  const message = new BinaryReader(reader.bytes());
  const found: Partial<Record<number, string | number>> = {};
  while (message.pos < message.len) {
    const [number, wireType] = message.tag();
    const read = readers[number];
    if (read) found[number] = read(message);
    else message.skip(wireType, number);
  }
  return found;
}
