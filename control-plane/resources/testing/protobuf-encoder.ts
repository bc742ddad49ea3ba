import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import {
  structOf,
  type FieldShape,
  type Scalar,
  type Shape,
  type StructShape,
} from '../../../lib/kubernetes/schema/schema-table.js';
import { schemaTypeOf } from '../schema/protobuf.js';

type Json = Record<string, unknown>;

/** A Kubernetes protobuf body as a Go client would send `object`: the inverse of decodeProtobuf. */
export function encodeProtobuf(object: { apiVersion: string; kind: string }): Buffer {
  const { apiVersion, kind, ...fields } = object;
  const typeMeta = new BinaryWriter();
  typeMeta.tag(1, WireType.LengthDelimited).string(apiVersion);
  typeMeta.tag(2, WireType.LengthDelimited).string(kind);
  const envelope = new BinaryWriter();
  envelope.tag(1, WireType.LengthDelimited).bytes(typeMeta.finish());
  envelope.tag(2, WireType.LengthDelimited).bytes(encodeStruct(structOf(schemaTypeOf(apiVersion, kind) ?? ''), fields));
  // Go writes the two empty strings that follow.
  envelope.tag(3, WireType.LengthDelimited).string('');
  envelope.tag(4, WireType.LengthDelimited).string('');
  return Buffer.concat([Buffer.from('k8s\0'), envelope.finish()]);
}

function encodeStruct(shape: StructShape, object: Json): Uint8Array {
  const writer = new BinaryWriter();
  const inlined = new Map<number, BinaryWriter>();
  for (const field of shape.fields.values()) {
    const value = object[field.name];
    if (value === undefined || field.protobufNumber === undefined) continue;
    const { protobufVia } = field;
    if (protobufVia === undefined) {
      writeField(writer, field, field.protobufNumber, value);
      continue;
    }
    const inner = inlined.get(protobufVia) ?? new BinaryWriter();
    inlined.set(protobufVia, inner);
    writeField(inner, field, field.protobufNumber, value);
  }
  for (const [number, inner] of inlined) writer.tag(number, WireType.LengthDelimited).bytes(inner.finish());
  return writer.finish();
}

function writeField(writer: BinaryWriter, { shape }: FieldShape, number: number, value: unknown): void {
  if (shape.kind === 'list' && !shape.wrapped)
    for (const item of value as unknown[]) writeValue(writer, shape.element, number, item);
  else if (shape.kind === 'map')
    for (const entry of Object.entries(value as Json)) writeEntry(writer, shape.element, number, entry);
  else writeValue(writer, shape, number, value);
}

function writeEntry(writer: BinaryWriter, element: Shape, number: number, [key, value]: [string, unknown]): void {
  const entry = new BinaryWriter();
  entry.tag(1, WireType.LengthDelimited).string(key);
  writeValue(entry, element, 2, value);
  writer.tag(number, WireType.LengthDelimited).bytes(entry.finish());
}

function writeValue(writer: BinaryWriter, shape: Shape, number: number, value: unknown): void {
  const message = (bytes: Uint8Array): void => void writer.tag(number, WireType.LengthDelimited).bytes(bytes);
  if (shape.kind === 'struct') message(encodeStruct(shape, value as Json));
  else if (shape.kind === 'scalar') writeScalar(writer, shape.scalar, number, value);
  else {
    const inner = new BinaryWriter();
    if (shape.kind === 'list') for (const item of value as unknown[]) writeValue(inner, shape.element, 1, item);
    else for (const entry of Object.entries(value as Json)) writeEntry(inner, shape.element, 1, entry);
    message(inner.finish());
  }
}

function writeScalar(writer: BinaryWriter, scalar: Scalar, number: number, value: unknown): void {
  const inner = new BinaryWriter();
  const message = (): void => void writer.tag(number, WireType.LengthDelimited).bytes(inner.finish());
  switch (scalar) {
    case 'string':
      writer.tag(number, WireType.LengthDelimited).string(value as string);
      break;
    case 'boolean':
      writer.tag(number, WireType.Varint).bool(value as boolean);
      break;
    case 'int32':
      writer.tag(number, WireType.Varint).int32(value as number);
      break;
    case 'int64':
      writer.tag(number, WireType.Varint).int64(value as number);
      break;
    case 'number':
      writer.tag(number, WireType.Bit64).double(value as number);
      break;
    case 'bytes':
      writer.tag(number, WireType.LengthDelimited).bytes(Buffer.from(value as string, 'base64'));
      break;
    case 'quantity':
      inner.tag(1, WireType.LengthDelimited).string(value as string);
      message();
      break;
    case 'intOrString':
      inner.tag(1, WireType.Varint).int32(typeof value === 'string' ? 1 : 0);
      inner.tag(2, WireType.Varint).int32(typeof value === 'number' ? value : 0);
      inner.tag(3, WireType.LengthDelimited).string(typeof value === 'string' ? value : '');
      message();
      break;
    case 'time':
    case 'microTime': {
      // A zero time is an empty message.
      if (value !== null) {
        const [, fraction = ''] = /\.(\d+)/.exec(value as string) ?? [];
        inner.tag(1, WireType.Varint).int64(Math.floor(Date.parse(value as string) / 1000));
        inner.tag(2, WireType.Varint).int32(Number(fraction.padEnd(9, '0')));
      }
      message();
      break;
    }
    case 'duration':
      inner.tag(1, WireType.Varint).int64(Number.parseFloat(value as string) * 1e9);
      message();
      break;
    case 'object':
      inner.tag(1, WireType.LengthDelimited).string(JSON.stringify(value));
      message();
      break;
  }
}
