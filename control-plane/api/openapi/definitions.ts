import {
  shapeOf,
  type FieldShape,
  type Scalar,
  type Shape,
  type StructShape,
} from '../../../lib/kubernetes/schema/schema-table.js';
import { definitionName } from './schema-names.js';
import type { SwaggerSchema } from './swagger.js';

export interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

const inline: Partial<Record<Scalar, SwaggerSchema>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  number: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
  object: { type: 'object' },
};

/** Scalars of the table that are definitions of their own. */
const scalarDefinitions: Partial<Record<Scalar, SwaggerSchema>> = {
  quantity: { type: 'string' },
  intOrString: { type: 'string', format: 'int-or-string' },
  time: { type: 'string', format: 'date-time' },
  microTime: { type: 'string', format: 'date-time' },
  duration: { type: 'string' },
};

/**
 * OpenAPI definitions of the schema types `roots` and of everything that they refer to.
 * @param kinds the kinds that a type stands for, by its key in the schema table
 */
export function renderDefinitions(
  roots: readonly string[],
  kinds: ReadonlyMap<string, readonly GroupVersionKind[]>,
): Record<string, SwaggerSchema> {
  const rendered = new Map<string, SwaggerSchema>();
  const pending = roots.map(shapeOf);
  const refer = (shape: Shape): SwaggerSchema => {
    pending.push(shape);
    return referenceTo(nameOf(shape));
  };
  for (let shape = pending.pop(); shape; shape = pending.pop()) {
    const name = nameOf(shape);
    if (rendered.has(definitionName(name))) continue;
    const gvks = kinds.get(name);
    const schema = shape.kind === 'struct' ? renderStruct(shape, refer) : scalarDefinitions[name as Scalar];
    rendered.set(definitionName(name), { ...schema, ...(gvks ? { 'x-kubernetes-group-version-kind': gvks } : {}) });
  }
  return Object.fromEntries([...rendered].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function referenceTo(schemaType: string): SwaggerSchema {
  return { $ref: `#/definitions/${definitionName(schemaType)}` };
}

function nameOf(shape: Shape): string {
  if (shape.kind === 'struct') return shape.name;
  return shape.kind === 'scalar' ? shape.scalar : '';
}

function renderStruct(struct: StructShape, refer: (shape: Shape) => SwaggerSchema): SwaggerSchema {
  const fields = [...struct.fields.values()];
  if (fields.length === 0) return { type: 'object' };
  const required = fields.filter((field) => field.required).map(({ name }) => name);
  return {
    type: 'object',
    ...(required.length > 0 ? { required } : {}),
    properties: Object.fromEntries(fields.map((field) => [field.name, renderField(field, refer)])),
  };
}

function renderField(
  { shape, patchStrategies, patchMergeKey }: FieldShape,
  refer: (shape: Shape) => SwaggerSchema,
): SwaggerSchema {
  return {
    ...renderShape(shape, refer),
    ...(patchStrategies.length > 0 ? { 'x-kubernetes-patch-strategy': patchStrategies.join(',') } : {}),
    ...(patchMergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': patchMergeKey }),
  };
}

function renderShape(shape: Shape, refer: (shape: Shape) => SwaggerSchema): SwaggerSchema {
  switch (shape.kind) {
    case 'scalar':
      return inline[shape.scalar] ?? refer(shape);
    case 'struct':
      return refer(shape);
    case 'list':
      return { type: 'array', items: renderShape(shape.element, refer) };
    case 'map':
      return { type: 'object', additionalProperties: renderShape(shape.element, refer) };
  }
}
