import { shapeOf, type Shape, type StructShape } from '../../../lib/kubernetes/schema/schema-table.js';
import { required, type FieldCause } from '../causes.js';

/** Whether anything below a shape is required, so that the rest need not be walked. */
const interesting = new Map<Shape, boolean>();

/**
 * A cause for every required field that is absent. Run after defaulting. Status is left
 * out: its writers are our own components, and a user's is not stored.
 */
export function missingFields(typeName: string, object: unknown): FieldCause[] {
  const causes: FieldCause[] = [];
  const shape = shapeOf(typeName);
  if (shape.kind === 'struct') visitStruct(shape, object, '', causes, (name) => name !== 'status');
  return causes;
}

function visit(shape: Shape, value: unknown, path: string, causes: FieldCause[]): void {
  if (value === undefined || value === null || !mayRequire(shape)) return;
  if (shape.kind === 'struct') visitStruct(shape, value, path, causes);
  else if (shape.kind === 'list' && Array.isArray(value)) {
    value.forEach((item, index) => visit(shape.element, item, `${path}[${index}]`, causes));
  } else if (shape.kind === 'map' && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) visit(shape.element, item, `${path}[${key}]`, causes);
  }
}

function visitStruct(
  shape: StructShape,
  value: unknown,
  path: string,
  causes: FieldCause[],
  includes: (name: string) => boolean = () => true,
): void {
  const given = value as Record<string, unknown>;
  for (const field of shape.fields.values()) {
    if (!includes(field.name)) continue;
    const child = given[field.name];
    const childPath = path === '' ? field.name : `${path}.${field.name}`;
    if (child === undefined) {
      if (field.required) causes.push(required(childPath));
    } else {
      visit(field.shape, child, childPath, causes);
    }
  }
}

function mayRequire(shape: Shape, visiting: ReadonlySet<Shape> = new Set()): boolean {
  const known = interesting.get(shape);
  if (known !== undefined) return known;
  // While a recursive type is being looked at, its own occurrence adds nothing.
  if (visiting.has(shape)) return false;
  const deeper = new Set([...visiting, shape]);
  let found = false;
  if (shape.kind === 'list' || shape.kind === 'map') found = mayRequire(shape.element, deeper);
  if (shape.kind === 'struct') {
    found = [...shape.fields.values()].some((field) => field.required || mayRequire(field.shape, deeper));
  }
  // A no that was found on the way through a cycle is not the last word.
  if (found || visiting.size === 0) interesting.set(shape, found);
  return found;
}
