import { isDeepStrictEqual } from 'node:util';

import type { FieldShape, Shape } from '../../kubernetes/schema/schema-table.js';
import { computeListPatch } from './three-way-list-merge.js';

export type Json = Record<string, unknown>;

/** The three states of a value: what the last apply set, what this one wants, what the server has. */
export interface ThreeWay<T> {
  original: T;
  wanted: T;
  current: T;
}

/**
 * The patch that brings `current` to `wanted`: what `wanted` says is set, what `original` said
 * and `wanted` does not is removed, everything else stays as it is. Where `shape` gives a list
 * a merge key its items are treated so one by one and the patch is a strategic one; without a
 * shape it is a JSON merge patch. An empty patch means that nothing is to be done. Pure.
 * Source: kubernetes/community, sig-api-machinery/strategic-merge-patch.md and kubectl's
 * documentation of declarative object management.
 */
export function computeThreeWayPatch(shape: Shape | undefined, { original, wanted, current }: ThreeWay<Json>): Json {
  const patch: Json = {};
  for (const [key, value] of Object.entries(wanted)) {
    if (value === null) {
      if (current[key] !== undefined && current[key] !== null) patch[key] = null;
      continue;
    }
    const field = shape?.kind === 'struct' ? shape.fields.get(key) : undefined;
    const child = field?.shape ?? (shape?.kind === 'map' ? shape.element : undefined);
    Object.assign(patch, fieldPatch(key, field, child, { original: original[key], wanted: value, current: current[key] }));
  }
  for (const key of Object.keys(original)) {
    if (!Object.hasOwn(wanted, key) && current[key] !== undefined) patch[key] = null;
  }
  return patch;
}

/** The entries that one field adds to the patch of its object: none when it is as wanted. */
function fieldPatch(
  key: string,
  field: FieldShape | undefined,
  shape: Shape | undefined,
  { original, wanted, current }: ThreeWay<unknown>,
): Json {
  if (isJson(wanted) && isJson(current)) {
    const patch = objectPatch(field, shape, { original: isJson(original) ? original : {}, wanted, current });
    return Object.keys(patch).length === 0 ? {} : { [key]: patch };
  }
  if (Array.isArray(wanted) && Array.isArray(current) && field?.patchStrategies.includes('merge')) {
    return computeListPatch(key, field, { original: Array.isArray(original) ? original : [], wanted, current });
  }
  return isDeepStrictEqual(wanted, current) ? {} : { [key]: wanted };
}

function objectPatch(field: FieldShape | undefined, shape: Shape | undefined, states: ThreeWay<Json>): Json {
  const { wanted, current } = states;
  if (field?.patchStrategies.includes('replace')) {
    return isDeepStrictEqual(wanted, current) ? {} : { ...wanted, $patch: 'replace' };
  }
  const patch = computeThreeWayPatch(shape, states);
  if (Object.keys(patch).length === 0 || !field?.patchStrategies.includes('retainKeys')) return patch;
  // One of several alternatives, such as the source of a volume: what is not named goes.
  return { ...patch, $retainKeys: presentKeys(wanted) };
}

/** Names of the fields that are set, sorted. */
export function presentKeys(object: Json): string[] {
  return Object.keys(object)
    .filter((key) => object[key] !== null)
    .sort();
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
