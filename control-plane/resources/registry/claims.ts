import type { Compare, Write } from '../../store/store.js';
import type { KubeObject } from '../client.js';
import { claimOwner, type ResourceDefinition } from '../definition.js';

export interface ClaimChanges {
  /** Nobody else has what is taken. */
  readonly compare: readonly Compare[];
  readonly writes: readonly Write[];
}

const none: ClaimChanges = { compare: [], writes: [] };

/**
 * What must be written with an object so that its claims are exactly those of `next`:
 * markers taken (each free until now) and markers freed. Undefined stands for no object.
 */
export function claimChanges<T extends KubeObject>(
  definition: ResourceDefinition<T>,
  previous: T | undefined,
  next: T | undefined,
): ClaimChanges {
  if (!definition.claims) return none;
  const before = new Set(previous ? definition.claims(previous) : []);
  const after = new Set(next ? definition.claims(next) : []);
  const taken = [...after].filter((key) => !before.has(key));
  const freed = [...before].filter((key) => !after.has(key));
  const value = Buffer.from(next ? claimOwner(definition, next) : '');
  return {
    compare: taken.map((key) => ({ key, modRevision: 0 })),
    writes: [
      ...taken.map((key): Write => ({ kind: 'put', key, value })),
      ...freed.map((key): Write => ({ kind: 'delete', key })),
    ],
  };
}
