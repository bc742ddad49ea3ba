import { invalidObject, required, type FieldCause } from '../causes.js';
import type { KubeObject } from '../client.js';
import type { ResourceDefinition } from '../definition.js';
import { decode } from '../schema/decode.js';

/**
 * A private copy of `object` in the canonical form in which it is stored; fields that the
 * kind does not have are dropped.
 * @throws LongshoreError InvalidArgument with causes
 */
export function normalForm<T extends KubeObject>(definition: ResourceDefinition<T>, object: T): T {
  const decoded = decode<T>(definition.schemaType, object);
  refuse(definition, object, decoded.causes);
  if (decoded.object.metadata === undefined) refuse(definition, object, [required('metadata')]);
  // What a user leaves out altogether is there for the defaults to fill in.
  if (definition.hasSpec) (decoded.object as { spec?: unknown }).spec ??= {};
  return decoded.object;
}

/** @throws LongshoreError InvalidArgument when there are causes */
export function refuse(definition: ResourceDefinition, object: KubeObject, causes: readonly FieldCause[]): void {
  if (causes.length > 0) {
    const { name, generateName } = object.metadata ?? {};
    throw invalidObject(definition.kind, definition.group, name || generateName || '', causes);
  }
}
