import { isDeepStrictEqual } from 'node:util';
import type { FieldCause } from '../causes.js';
import type { KubeObject, Subresource } from '../client.js';
import type { AdmissionContext, ResourceDefinition } from '../definition.js';
import { missingFields } from '../schema/missing-fields.js';
import { validateObjectMeta } from '../validation/object-meta.js';
import type { Identifiers } from './identifiers.js';
import { normalForm, refuse } from './normal-form.js';
import { initializeMetadata, restoreMetadata, validateMetadataUpdate } from './object-metadata.js';

interface WithParts extends KubeObject {
  spec?: unknown;
  status?: unknown;
}

/**
 * Makes a decoded object ready to be stored for the first time. Changes `object`.
 * @throws LongshoreError InvalidArgument with causes, PermissionDenied from admission
 */
export async function newObject<T extends KubeObject>(
  definition: ResourceDefinition<T>,
  object: T,
  identifiers: Identifiers,
  nowMs: number,
  admission: AdmissionContext,
): Promise<void> {
  initializeMetadata(definition, object, identifiers, nowMs);
  definition.defaults?.(object);
  await definition.admit?.(object, undefined, admission);
  if (definition.status && definition.prepareForCreate === undefined) delete (object as WithParts).status;
  definition.prepareForCreate?.(object, nowMs);
  refuse(definition, object, validateObject(definition, object, undefined));
}

/**
 * What is to be stored in place of `previous`: `input` as far as this writer owns it, the
 * rest as it was. Neither argument is changed.
 * @throws as newObject
 */
export async function updatedObject<T extends KubeObject>(
  definition: ResourceDefinition<T>,
  input: T,
  previous: T,
  subresource: Subresource | undefined,
  nowMs: number,
  admission: AdmissionContext,
): Promise<T> {
  if (subresource !== undefined) return normalForm(definition, partOf(input, previous, subresource));
  const object = normalForm(definition, input);
  object.apiVersion = previous.apiVersion;
  object.kind = previous.kind;
  restoreMetadata(object, previous);
  if (definition.status) restorePart(object, previous, 'status');
  definition.defaults?.(object);
  await definition.admit?.(object, previous, admission);
  definition.prepareForUpdate?.(object, previous, nowMs);
  refuse(definition, object, [...validateMetadataUpdate(object, previous), ...(definition.validate?.(object, previous) ?? [])]);
  const { generation } = object.metadata;
  if (generation !== undefined && definition.generationOf) {
    const same = isDeepStrictEqual(definition.generationOf(object), definition.generationOf(previous));
    if (!same) object.metadata.generation = generation + 1;
  }
  return object;
}

/** Metadata, required fields and the kind's own rules. */
function validateObject<T extends KubeObject>(
  definition: ResourceDefinition<T>,
  object: T,
  previous: T | undefined,
): FieldCause[] {
  const missing = missingFields(definition.schemaType, object);
  const metadata = validateObjectMeta(object.metadata, definition.nameFormat ?? 'subdomain');
  const own = definition.validate?.(object, previous) ?? [];
  // A kind's rule words a missing field better than the table does.
  const told = new Set(own.map((cause) => cause.field));
  return [...metadata, ...missing.filter((cause) => !told.has(cause.field)), ...own];
}

/** Whether two objects are the same but for resourceVersion. */
export function sameObject(object: KubeObject, previous: KubeObject): boolean {
  const withoutVersion = (one: KubeObject): KubeObject => {
    const metadata = { ...one.metadata };
    delete metadata.resourceVersion;
    return { ...one, metadata };
  };
  return isDeepStrictEqual(withoutVersion(object), withoutVersion(previous));
}

/** The stored object with only what `subresource` may write taken from `input`. */
function partOf<T extends KubeObject>(input: T, previous: T, subresource: Subresource): T {
  if (subresource === 'finalize') {
    const object = { ...previous };
    restorePart(object, input, 'spec');
    return object;
  }
  if (subresource === 'binding') {
    const object = { ...previous };
    restorePart(object, input, 'spec');
    restorePart(object, input, 'status');
    return object;
  }
  const { labels, annotations } = input.metadata;
  const metadata = { ...previous.metadata, labels, annotations };
  const object = { ...previous, metadata } as T;
  restorePart(object, input, 'status');
  return object;
}

function restorePart(object: KubeObject, from: KubeObject, part: 'spec' | 'status'): void {
  const value = (from as WithParts)[part];
  if (value === undefined) delete (object as WithParts)[part];
  else (object as WithParts)[part] = structuredClone(value);
}
