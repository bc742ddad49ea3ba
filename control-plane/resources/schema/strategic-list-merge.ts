import type { FieldShape, Shape } from '../../../lib/kubernetes/schema/schema-table.js';
import { badRequest } from '../causes.js';
import { isBareReplace, isRecord, mergeObject, withoutDirectives } from './strategic-merge-patch.js';

export interface ListDirectives {
  /** `$setElementOrder`: items, or objects with just the merge key. */
  readonly order?: readonly unknown[];
  /** `$deleteFromPrimitiveList`. */
  readonly deleted?: readonly unknown[];
}

/** Merges a list that the schema marks as mergeable: by its merge key, or as a set of plain values. */
export function mergeList(
  element: Shape | undefined,
  field: FieldShape,
  current: readonly unknown[],
  patch: readonly unknown[],
  directives: ListDirectives,
): unknown[] {
  const key = field.patchMergeKey;
  const identityOf = key === undefined ? (item: unknown) => item : (item: unknown) => identity(item, key);
  const merged = key === undefined ? mergeSet(current, patch, directives) : mergeByKey(element, key, current, patch);
  return directives.order ? arrange(merged, current, directives.order, identityOf) : merged;
}

function mergeSet(current: readonly unknown[], patch: readonly unknown[], { deleted = [] }: ListDirectives): unknown[] {
  const gone = new Set(deleted);
  return [...new Set([...current.filter((item) => !gone.has(item)), ...patch])];
}

function mergeByKey(element: Shape | undefined, key: string, current: readonly unknown[], patch: readonly unknown[]): unknown[] {
  if (patch.some((item) => isRecord(item) && isBareReplace(item))) return withoutDirectives(patch) as unknown[];
  let merged = [...current];
  for (const item of patch) {
    const wanted = identity(item, key);
    if (!isRecord(item) || wanted === undefined) {
      throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
    }
    if (item['$patch'] === 'delete') {
      merged = merged.filter((candidate) => identity(candidate, key) !== wanted);
      continue;
    }
    const index = merged.findIndex((candidate) => identity(candidate, key) === wanted);
    const existing = merged[index];
    if (index === -1) merged.push(mergeObject(element, {}, { ...item, $patch: undefined }));
    else merged[index] = mergeObject(element, isRecord(existing) ? existing : {}, item);
  }
  return merged;
}

/**
 * Puts items that the client knows into the client's order; items that only the server
 * has keep their place before the first known item that followed them.
 */
function arrange(
  merged: readonly unknown[],
  current: readonly unknown[],
  order: readonly unknown[],
  identityOf: (item: unknown) => unknown,
): unknown[] {
  const wanted = new Map(order.map((item, index) => [identityOf(item), index]));
  const before = new Map(current.map((item, index) => [identityOf(item), index]));
  const rank = (item: unknown): number => wanted.get(identityOf(item)) ?? 0;
  const known = merged.filter((item) => wanted.has(identityOf(item))).sort((a, b) => rank(a) - rank(b));
  const others = merged.filter((item) => !wanted.has(identityOf(item)));

  const result: unknown[] = [];
  for (const item of known) {
    const place = before.get(identityOf(item));
    while (place !== undefined && others.length > 0 && (before.get(identityOf(others[0])) ?? Infinity) < place) {
      result.push(others.shift());
    }
    result.push(item);
  }
  return [...result, ...others];
}

function identity(item: unknown, key: string): unknown {
  return isRecord(item) ? item[key] : undefined;
}
