import { isDeepStrictEqual } from 'node:util';

import type { FieldShape, Shape } from '../../kubernetes/schema/schema-table.js';
import { computeThreeWayPatch, isJson, presentKeys, type Json, type ThreeWay } from './three-way-merge.js';

/** The entries that a mergeable list adds to the patch of its object: the list's own and its directives. */
export function computeListPatch(name: string, field: FieldShape, states: ThreeWay<readonly unknown[]>): Json {
  const { patchMergeKey: mergeKey } = field;
  if (mergeKey === undefined) return setPatch(name, states);
  const { original, wanted, current } = states;
  // An item without its key cannot be merged; the server's refusal names it.
  if (!wanted.every((item) => hasKey(item, mergeKey))) return { [name]: wanted };
  const element = field.shape.kind === 'list' ? field.shape.element : undefined;
  const items: ThreeWay<Json[]> = {
    original: original.filter(isJson),
    wanted: wanted as Json[],
    current: current.filter(isJson),
  };
  const ambiguous = [items.wanted, items.current].some((list) => new Set(list.map((item) => item[mergeKey])).size < list.length);
  return ambiguous ? replacementPatch(name, mergeKey, items) : keyedPatch(name, mergeKey, element, items, field);
}

function keyedPatch(
  name: string,
  mergeKey: string,
  element: Shape | undefined,
  { original, wanted, current }: ThreeWay<Json[]>,
  field: FieldShape,
): Json {
  const byKey = (items: readonly Json[]): Map<unknown, Json> => new Map(items.map((item) => [item[mergeKey], item]));
  const [before, now, then] = [byKey(original), byKey(current), byKey(wanted)];
  const changes = wanted.flatMap((item): Json[] => {
    const key = item[mergeKey];
    const existing = now.get(key);
    if (!existing) return [item];
    const patch = computeThreeWayPatch(element, { original: before.get(key) ?? {}, wanted: item, current: existing });
    if (Object.keys(patch).length === 0) return [];
    const retained = field.patchStrategies.includes('retainKeys') ? { $retainKeys: presentKeys(item) } : {};
    return [{ [mergeKey]: key, ...patch, ...retained }];
  });
  const gone = original.map((item) => item[mergeKey]).filter((key) => !then.has(key) && now.has(key));
  const deletions = gone.map((key): Json => ({ [mergeKey]: key, $patch: 'delete' }));
  const order = wanted.map((item) => ({ [mergeKey]: item[mergeKey] }));
  const present = current.map((item) => item[mergeKey]).filter((key) => then.has(key));
  const inOrder = isDeepStrictEqual(
    present,
    wanted.map((item) => item[mergeKey]).filter((key) => now.has(key)),
  );
  if (changes.length === 0 && deletions.length === 0 && inOrder) return {};
  const list = [...changes, ...deletions];
  return { ...(list.length === 0 ? {} : { [name]: list }), [`$setElementOrder/${name}`]: order };
}

/** A list of plain values that is a set, such as finalizers. */
function setPatch(name: string, { original, wanted, current }: ThreeWay<readonly unknown[]>): Json {
  const added = wanted.filter((item) => !current.includes(item));
  const deleted = original.filter((item) => !wanted.includes(item) && current.includes(item));
  if (added.length === 0 && deleted.length === 0) return {};
  return {
    ...(added.length === 0 ? {} : { [name]: added }),
    ...(deleted.length === 0 ? {} : { [`$deleteFromPrimitiveList/${name}`]: deleted }),
    [`$setElementOrder/${name}`]: wanted,
  };
}

/**
 * Items that share a merge key, such as port 53 of TCP and of UDP, cannot be patched one by
 * one: the list is merged here and replaced as a whole.
 */
function replacementPatch(name: string, mergeKey: string, { original, wanted, current }: ThreeWay<Json[]>): Json {
  const left = new Set(current);
  const takeLike = (item: Json, from: Set<Json>): Json | undefined => {
    const candidates = [...from].filter((candidate) => candidate[mergeKey] === item[mergeKey]);
    const best = candidates.sort((a, b) => likeness(item, b) - likeness(item, a))[0];
    if (best) from.delete(best);
    return best;
  };
  const before = new Set(original);
  const merged = wanted.map((item): Json => {
    const owned = takeLike(item, before) ?? {};
    const kept = Object.entries(takeLike(item, left) ?? {}).filter(([key]) => !Object.hasOwn(owned, key));
    return { ...Object.fromEntries(kept), ...item };
  });
  // What is left was put there by somebody else, unless the last apply did.
  const foreign = [...left].filter((item) => !takeLike(item, before));
  const list = [...merged, ...foreign];
  return isDeepStrictEqual(list, current) ? {} : { [name]: [...list, { $patch: 'replace' }] };
}

/** How many fields two items share. */
function likeness(a: Json, b: Json): number {
  return Object.keys(a).filter((key) => isDeepStrictEqual(a[key], b[key])).length;
}

function hasKey(item: unknown, key: string): boolean {
  return isJson(item) && item[key] !== undefined && item[key] !== null;
}
