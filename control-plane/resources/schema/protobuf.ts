import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { hasType, structOf, type FieldShape, type Shape, type StructShape } from '../../../lib/kubernetes/schema/schema-table.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import { badRequest } from '../causes.js';
import { readScalar } from './protobuf-scalars.js';

type Json = Record<string, unknown>;

/** What every Kubernetes protobuf body begins with: `k8s` and a zero byte. */
const magic = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

/**
 * The JSON form of a Kubernetes protobuf body (a runtime.Unknown envelope around a
 * message of the schema table), as kubectl 1.32 and later send it. Go writes every field
 * that is no pointer, so empty strings and a few known zeros are left out again. Fields
 * that the table does not have are skipped.
 * @throws LongshoreError InvalidArgument (BadRequest) when the bytes are no such body or the type is unknown
 */
export function decodeProtobuf(body: Uint8Array): unknown {
  if (!isProtobuf(body))
    throw badRequest('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  try {
    return decodeEnvelope(body.subarray(magic.length));
  } catch (thrown) {
    if (thrown instanceof LongshoreError) throw thrown;
    throw badRequest(`the protobuf body cannot be read: ${LongshoreError.from(thrown).message}`);
  }
}

/** Whether `body` begins as a Kubernetes protobuf body does. */
export function isProtobuf(body: Uint8Array): boolean {
  return Buffer.from(body.buffer, body.byteOffset, Math.min(magic.length, body.byteLength)).equals(magic);
}

/** Key in the schema table of an apiVersion and kind: `apps/v1`, `Deployment` is apps.v1.Deployment. */
export function schemaTypeOf(apiVersion: string, kind: string): string | undefined {
  const [group = '', version] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
  const name = group === 'rbac.authorization.k8s.io' ? 'rbac' : (group.split('.')[0] ?? '');
  // Options travel under the version of the resource that they are for.
  return [`${name}.${version ?? ''}.${kind}`, `meta.v1.${kind}`].find((candidate) => hasType(candidate));
}

function decodeEnvelope(bytes: Uint8Array): unknown {
  let raw: Uint8Array = new Uint8Array();
  let apiVersion = '';
  let kind = '';
  let contentType = '';
  for (const { number, reader } of fieldsOf(bytes)) {
    if (number === 1) {
      for (const meta of fieldsOf(reader.bytes())) {
        if (meta.number === 1) apiVersion = meta.reader.string();
        else if (meta.number === 2) kind = meta.reader.string();
      }
    } else if (number === 2) raw = reader.bytes();
    else if (number === 4) contentType = reader.string();
  }
  if (contentType === 'application/json') return JSON.parse(Buffer.from(raw).toString());
  const type = schemaTypeOf(apiVersion, kind);
  if (type === undefined) throw badRequest(`no kind "${kind}" is registered for version "${apiVersion}"`);
  return { apiVersion, kind, ...decodeStruct(structOf(type), raw) };
}

/** Fields of a message by number; those inside an inlined message under its number. */
interface Plan {
  readonly direct: ReadonlyMap<number, FieldShape>;
  readonly inlined: ReadonlyMap<number, ReadonlyMap<number, FieldShape>>;
}

const plans = new WeakMap<StructShape, Plan>();

function decodeStruct(shape: StructShape, bytes: Uint8Array): Json {
  const plan = planOf(shape);
  const object: Json = {};
  for (const { number, wireType, reader } of fieldsOf(bytes)) {
    const inlined = plan.inlined.get(number);
    const field = plan.direct.get(number);
    if (inlined && wireType === WireType.LengthDelimited && !field) {
      for (const inner of fieldsOf(reader.bytes())) {
        const innerField = inlined.get(inner.number);
        if (innerField) readField(object, innerField, inner.reader, inner.wireType);
      }
    } else if (field) readField(object, field, reader, wireType);
  }
  return object;
}

function planOf(shape: StructShape): Plan {
  const known = plans.get(shape);
  if (known) return known;
  const direct = new Map<number, FieldShape>();
  const inlined = new Map<number, Map<number, FieldShape>>();
  for (const field of shape.fields.values()) {
    const { protobufNumber, protobufVia } = field;
    if (protobufNumber === undefined) continue;
    if (protobufVia === undefined) direct.set(protobufNumber, field);
    else {
      const inner = inlined.get(protobufVia) ?? new Map<number, FieldShape>();
      inlined.set(protobufVia, inner.set(protobufNumber, field));
    }
  }
  const plan = { direct, inlined };
  plans.set(shape, plan);
  return plan;
}

function readField(object: Json, field: FieldShape, reader: BinaryReader, wireType: WireType): void {
  const { shape, name } = field;
  if (shape.kind === 'list' && !shape.wrapped) {
    const items = (object[name] ??= []) as unknown[];
    items.push(readValue(shape.element, reader, wireType));
  } else if (shape.kind === 'map') {
    const [key, value] = readMapEntry(shape.element, reader.bytes());
    if (key !== '__proto__') ((object[name] ??= {}) as Json)[key] = value;
  } else {
    const value = readValue(shape, reader, wireType);
    if (!isUnset(name, value)) object[name] = value;
  }
}

function readValue(shape: Shape, reader: BinaryReader, wireType: WireType): unknown {
  switch (shape.kind) {
    case 'scalar':
      return readScalar(shape.scalar, reader, wireType);
    case 'struct':
      return decodeStruct(shape, reader.bytes());
    case 'list':
      return fieldsOf(reader.bytes()).map((item) => readValue(shape.element, item.reader, item.wireType));
    case 'map':
      return Object.fromEntries(fieldsOf(reader.bytes()).map((entry) => readMapEntry(shape.element, entry.reader.bytes())));
  }
}

function readMapEntry(element: Shape, bytes: Uint8Array): [string, unknown] {
  let key = '';
  let value: unknown = element.kind === 'scalar' && element.scalar !== 'object' ? '' : {};
  for (const { number, wireType, reader } of fieldsOf(bytes)) {
    if (number === 1) key = reader.string();
    else if (number === 2) value = readValue(element, reader, wireType);
  }
  return [key, value];
}

interface WireField {
  readonly number: number;
  readonly wireType: WireType;
  /** Stands before the value; reads it exactly once. */
  readonly reader: BinaryReader;
}

/** The fields of a message in order, each with a reader of its own bytes. */
function fieldsOf(bytes: Uint8Array): WireField[] {
  const reader = new BinaryReader(bytes);
  const fields: WireField[] = [];
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const start = reader.pos;
    reader.skip(wireType, number);
    const value = new BinaryReader(bytes.subarray(start, reader.pos));
    fields.push({ number, wireType, reader: value });
  }
  return fields;
}

/** Fields that are no pointers in Go and mean nothing when they are zero. */
const plainZeros = new Set(
  'generation minReadySeconds hostNetwork hostPID hostIPC stdin stdinOnce tty paused readOnly hostPort nodePort initialDelaySeconds timeoutSeconds periodSeconds successThreshold failureThreshold healthCheckNodePort publishNotReadyAddresses unschedulable observedGeneration'.split(
    ' ',
  ),
);

function isUnset(name: string, value: unknown): boolean {
  return value === undefined || value === '' || ((value === 0 || value === false) && plainZeros.has(name));
}
