import { shapeOf, type FieldShape, type Shape } from '../../../lib/kubernetes/schema/schema-table.js';
import { badRequest } from '../causes.js';
import { mergeList, type ListDirectives } from './strategic-list-merge.js';

type Json = Record<string, unknown>;

const orderPrefix = '$setElementOrder/';
const deletePrefix = '$deleteFromPrimitiveList/';

/**
 * Kubernetes' strategic merge patch: as a JSON merge patch, but lists that the schema
 * gives a merge key are merged item by item, and directives in the patch say more:
 * `$patch: delete|replace|merge`, `$retainKeys`, `$setElementOrder/<list>`,
 * `$deleteFromPrimitiveList/<list>`. Neither argument is changed.
 * Source: kubernetes/community, sig-api-machinery/strategic-merge-patch.md.
 * @param typeName of the schema table
 * @throws LongshoreError InvalidArgument (BadRequest) for a patch that contradicts itself
 */
export function strategicMergePatch(typeName: string, current: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) throw badRequest('a strategic merge patch must be an object');
  return mergeObject(shapeOf(typeName), isRecord(current) ? current : {}, patch);
}

/** @param shape undefined where the schema ends: then lists are replaced */
export function mergeObject(shape: Shape | undefined, current: Json, patch: Json): Json {
  const directive = patch['$patch'];
  if (directive === 'replace') return withoutDirectives(patch) as Json;
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge') {
    throw badRequest(`Unknown patch type ${JSON.stringify(directive)} in a map`);
  }
  const merged = retain(current, patch);
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$') || key === '__proto__') continue;
    if (value === null) delete merged[key];
    else merged[key] = mergeField(shape, key, merged[key], value, listDirectives(patch, key));
  }
  return applyLoneListDirectives(shape, merged, patch);
}

function mergeField(
  shape: Shape | undefined,
  key: string,
  current: unknown,
  value: unknown,
  directives: ListDirectives,
): unknown {
  const field = fieldOf(shape, key);
  const child = field?.shape ?? (shape?.kind === 'map' ? shape.element : undefined);
  if (Array.isArray(value)) {
    if (!field?.patchStrategies.includes('merge')) return withoutDirectives(value);
    return mergeList(child?.kind === 'list' ? child.element : undefined, field, asList(current), value, directives);
  }
  if (!isRecord(value)) return value;
  const replaces = field?.patchStrategies.includes('replace') === true;
  return replaces ? withoutDirectives(value) : mergeObject(child, isRecord(current) ? current : {}, value);
}

/** Directives for a list may stand alone: order or delete, with nothing to merge. */
function applyLoneListDirectives(shape: Shape | undefined, merged: Json, patch: Json): Json {
  for (const name of Object.keys(patch)) {
    const prefix = [orderPrefix, deletePrefix].find((candidate) => name.startsWith(candidate));
    const key = prefix === undefined ? '' : name.slice(prefix.length);
    if (key === '' || key in patch || !Array.isArray(merged[key])) continue;
    merged[key] = mergeField(shape, key, merged[key], [], listDirectives(patch, key));
  }
  return merged;
}

function listDirectives(patch: Json, key: string): ListDirectives {
  const order = patch[orderPrefix + key];
  const deleted = patch[deletePrefix + key];
  return { ...(Array.isArray(order) ? { order } : {}), ...(Array.isArray(deleted) ? { deleted } : {}) };
}

/** A copy of `current` with only the keys that `$retainKeys` names, if it stands in the patch. */
function retain(current: Json, patch: Json): Json {
  const names = patch['$retainKeys'];
  if (names === undefined) return { ...current };
  if (!Array.isArray(names)) throw badRequest('$retainKeys must be a list of field names');
  const kept = new Set<unknown>(names);
  const stray = Object.keys(patch).find((key) => !key.startsWith('$') && patch[key] !== null && !kept.has(key));
  if (stray !== undefined)
    throw badRequest(`$retainKeys must name every field of the patch, ${JSON.stringify(stray)} is missing`);
  return Object.fromEntries(Object.entries(current).filter(([key]) => kept.has(key)));
}

/** What a patch means where there is nothing to merge it with: no directives, no nulls. */
export function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value
      .filter((item) => !(isRecord(item) && (item['$patch'] === 'delete' || isBareReplace(item))))
      .map((item) => withoutDirectives(item));
  }
  if (!isRecord(value)) return value;
  const clean: Json = {};
  for (const [key, child] of Object.entries(value)) {
    if (child === null || key === '__proto__') continue;
    if (key === '$patch' || key === '$retainKeys' || key.startsWith(orderPrefix) || key.startsWith(deletePrefix)) continue;
    clean[key] = withoutDirectives(child);
  }
  return clean;
}

/** `{ $patch: replace }` as an item: the list as a whole is replaced by the other items. */
export function isBareReplace(item: Json): boolean {
  return item['$patch'] === 'replace' && Object.keys(item).length === 1;
}

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldOf(shape: Shape | undefined, key: string): FieldShape | undefined {
  return shape?.kind === 'struct' ? shape.fields.get(key) : undefined;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
