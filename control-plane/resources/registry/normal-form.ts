import { invalidObject, type FieldCause } from '../causes.js';
import type { KubeObject } from '../client.js';
import type { ResourceDefinition } from '../definition.js';

/** A private copy of `object` in the form in which it is stored. */
export function normalForm<T extends KubeObject>(_definition: ResourceDefinition<T>, object: T): T {
  return JSON.parse(JSON.stringify(object)) as T;
}

/** @throws LongshoreError InvalidArgument when there are causes */
export function refuse(definition: ResourceDefinition, object: KubeObject, causes: readonly FieldCause[]): void {
  if (causes.length > 0) throw invalidObject(definition.kind, definition.group, object.metadata.name, causes);
}
