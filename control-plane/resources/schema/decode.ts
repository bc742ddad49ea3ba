import { shapeOf, type FieldShape, type Shape, type StructShape } from '../../../lib/kubernetes/schema/schema-table.js';
import type { FieldCause } from '../causes.js';
import { DecodeContext, type Decode, type UnknownField } from './decode-context.js';
import { closest } from '../../../lib/text/closest.js';
import { scalarDecoder } from './scalars.js';

export type { UnknownField } from './decode-context.js';

export interface DecodeResult<T> {
  /** A private copy in canonical form, without fields that the type does not have. */
  readonly object: T;
  /** Wrong types, syntax, ranges and constants. What is missing is checked after defaulting: missingFields(). */
  readonly causes: readonly FieldCause[];
  /** Fields that were dropped: errors, warnings or nothing, as fieldValidation asks. */
  readonly unknown: readonly UnknownField[];
}

const decoders = new Map<Shape, Decode>();

/**
 * Reads a JSON value as a type of the schema table. Null means absent; so do empty lists
 * and maps where the type does not require them, as in Go's omitempty. Quantities, times
 * and base64 come out canonical, so that equal objects are equal as text.
 */
export function decode<T>(typeName: string, json: unknown): DecodeResult<T> {
  const context = new DecodeContext();
  const object = decoderOf(shapeOf(typeName))(json, context);
  return { object: object as T, causes: context.causes, unknown: context.unknown };
}

function decoderOf(shape: Shape): Decode {
  const known = decoders.get(shape);
  if (known) return known;
  const made = makeDecoder(shape);
  decoders.set(shape, made);
  return made;
}

function makeDecoder(shape: Shape): Decode {
  switch (shape.kind) {
    case 'scalar':
      return scalarDecoder(shape);
    case 'struct':
      return structDecoder(shape);
    case 'list':
      return listDecoder(() => decoderOf(shape.element), true);
    case 'map':
      return mapDecoder(() => decoderOf(shape.element), true);
  }
}

function structDecoder(shape: StructShape): Decode {
  let plans: Map<string, Decode> | undefined;
  return (value, context) => {
    if (!isRecord(value)) return context.wrongType(value, 'must be an object');
    plans ??= new Map([...shape.fields.values()].map((field) => [field.name, fieldDecoder(field)]));
    const out: Record<string, unknown> = {};
    for (const name of Object.keys(value)) {
      const plan = plans.get(name);
      if (!plan) {
        context.unknownField(name, closest(name, plans.keys()));
        continue;
      }
      const given = value[name];
      if (given === null || given === undefined) continue;
      const decoded = context.at(name, plan, given);
      if (decoded !== undefined) out[name] = decoded;
    }
    return out;
  };
}

function fieldDecoder(field: FieldShape): Decode {
  const { shape, required } = field;
  if (shape.kind === 'list' && required) return listDecoder(() => decoderOf(shape.element), false);
  if (shape.kind === 'map' && required) return mapDecoder(() => decoderOf(shape.element), false);
  return decoderOf(shape);
}

function listDecoder(element: () => Decode, dropEmpty: boolean): Decode {
  return (value, context) => {
    if (!Array.isArray(value)) return context.wrongType(value, 'must be a list');
    if (dropEmpty && value.length === 0) return undefined;
    const decodeElement = element();
    return value.map((item: unknown, index) => context.at(index, decodeElement, item)).filter((item) => item !== undefined);
  };
}

function mapDecoder(element: () => Decode, dropEmpty: boolean): Decode {
  return (value, context) => {
    if (!isRecord(value)) return context.wrongType(value, 'must be an object');
    const out: Record<string, unknown> = {};
    const keys = Object.keys(value);
    if (dropEmpty && keys.length === 0) return undefined;
    const decodeElement = element();
    for (const key of keys) {
      const given = value[key];
      if (given === null || given === undefined) continue;
      if (key === '__proto__') {
        context.invalid(key, 'is not a usable key');
        continue;
      }
      const decoded = context.at(`[${key}]`, decodeElement, given);
      if (decoded !== undefined) out[key] = decoded;
    }
    return out;
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
