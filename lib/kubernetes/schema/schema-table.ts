import { readFileSync } from 'node:fs';

import { findAbove } from '../../files/find-above.js';

/** Leaf types of the table; its `about` says what each looks like in JSON and protobuf. */
export type Scalar =
  | 'string'
  | 'boolean'
  | 'int32'
  | 'int64'
  | 'number'
  | 'bytes'
  | 'quantity'
  | 'intOrString'
  | 'time'
  | 'microTime'
  | 'duration'
  | 'object';

/** What a value looks like, with aliases followed. */
export type Shape = ScalarShape | StructShape | ListShape | MapShape;

export interface ScalarShape {
  readonly kind: 'scalar';
  readonly scalar: Scalar;
  /** Published constants. Some are open: other values are legal too. */
  readonly enum?: readonly string[];
  /** Name of the string type that has the constants. */
  readonly enumName?: string;
}

export interface StructShape {
  readonly kind: 'struct';
  readonly name: string;
  readonly fields: ReadonlyMap<string, FieldShape>;
}

export interface ListShape {
  readonly kind: 'list';
  readonly element: Shape;
  /** In protobuf the list is a message of its own with the items at number 1. */
  readonly wrapped: boolean;
}

export interface MapShape {
  readonly kind: 'map';
  readonly element: Shape;
}

export interface FieldShape {
  readonly name: string;
  readonly shape: Shape;
  /** Neither omitempty nor optional in Go; defaulting may still fill it in. */
  readonly required: boolean;
  /** Strategic merge patch: 'merge', 'retainKeys' or 'replace'. */
  readonly patchStrategies: readonly string[];
  readonly patchMergeKey: string | undefined;
  /** Number in protobuf; undefined for what travels in the envelope. */
  readonly protobufNumber: number | undefined;
  /** Number of the nested message in which the field stands in protobuf. */
  readonly protobufVia: number | undefined;
}

interface RawField {
  readonly type: string;
  readonly list?: boolean;
  readonly map?: boolean;
  readonly required?: boolean;
  readonly patchStrategy?: string;
  readonly patchMergeKey?: string;
  readonly pb?: number;
  readonly pbVia?: number;
}

interface RawType {
  readonly fields?: Readonly<Record<string, RawField>>;
  readonly alias?: string;
  readonly enum?: readonly string[];
}

const scalars: ReadonlySet<string> = new Set<Scalar>([
  'string',
  'boolean',
  'int32',
  'int64',
  'number',
  'bytes',
  'quantity',
  'intOrString',
  'time',
  'microTime',
  'duration',
  'object',
]);

const shapes = new Map<string, Shape>();
let table: Readonly<Record<string, RawType>> | undefined;

/**
 * The shape of a type of Kubernetes 1.36, by its key in the table: `core.v1.PodSpec`.
 * Made once a type; recursive types refer to themselves.
 * @throws Error when the table has no such type: a programming error
 */
export function shapeOf(typeName: string): Shape {
  const known = shapes.get(typeName);
  if (known) return known;
  const shape = build(typeName);
  shapes.set(typeName, shape);
  return shape;
}

/** {@link shapeOf} a type that is known to have fields. */
export function structOf(typeName: string): StructShape {
  const shape = shapeOf(typeName);
  if (shape.kind !== 'struct') throw new Error(`schema type ${typeName} has no fields`);
  return shape;
}

/** Whether the table knows the type. */
export function hasType(typeName: string): boolean {
  return Object.hasOwn(rawTypes(), typeName);
}

function build(typeName: string): Shape {
  if (scalars.has(typeName)) return { kind: 'scalar', scalar: typeName as Scalar };
  const container = /^(map|list)<(.+)>$/.exec(typeName);
  if (container?.[2] !== undefined) {
    const element = container[2];
    return container[1] === 'map' ? mapOf(element) : listOf(element, true);
  }
  const raw = rawTypes()[typeName];
  if (!raw) throw new Error(`the schema table has no type ${typeName}`);
  if (raw.fields) return struct(typeName, raw.fields);
  const target = shapeOf(raw.alias ?? 'string');
  return raw.enum && target.kind === 'scalar' ? { ...target, enum: raw.enum, enumName: typeName } : target;
}

function struct(name: string, raw: Readonly<Record<string, RawField>>): StructShape {
  let fields: Map<string, FieldShape> | undefined;
  return {
    kind: 'struct',
    name,
    get fields() {
      fields ??= new Map(Object.entries(raw).map(([key, field]) => [key, fieldShape(key, field)]));
      return fields;
    },
  };
}

function fieldShape(name: string, raw: RawField): FieldShape {
  return {
    name,
    shape: raw.list ? listOf(raw.type, false) : raw.map ? mapOf(raw.type) : shapeOf(raw.type),
    required: raw.required === true,
    patchStrategies: raw.patchStrategy?.split(',') ?? [],
    patchMergeKey: raw.patchMergeKey,
    protobufNumber: raw.pb,
    protobufVia: raw.pbVia,
  };
}

function listOf(element: string, wrapped: boolean): ListShape {
  return {
    kind: 'list',
    wrapped,
    get element() {
      return shapeOf(element);
    },
  };
}

function mapOf(element: string): MapShape {
  return {
    kind: 'map',
    get element() {
      return shapeOf(element);
    },
  };
}

function rawTypes(): Readonly<Record<string, RawType>> {
  if (!table) {
    const text = readFileSync(findAbove('lib/kubernetes/schema/kubernetes-1.36.json'), 'utf8');
    table = (JSON.parse(text) as { types: Record<string, RawType> }).types;
  }
  return table;
}
