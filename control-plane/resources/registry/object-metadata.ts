import type { ObjectMeta } from '../../../lib/kubernetes/types/meta-v1.js';
import { badRequest, forbidden, type FieldCause } from '../causes.js';
import type { KubeObject } from '../client.js';
import { apiVersionOf, type ResourceDefinition } from '../definition.js';
import type { Identifiers } from './identifiers.js';
import { timestamp } from './timestamp.js';

/** Names above this length leave no room for a generated suffix of five characters. */
const generatedPrefixLength = 58;

/** Gives a new object its identity. Changes `object`, a private copy. */
export function initializeMetadata(definition: ResourceDefinition, object: KubeObject, ids: Identifiers, nowMs: number): void {
  const { metadata } = object;
  if (metadata.resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created');
  object.apiVersion = apiVersionOf(definition);
  object.kind = definition.kind;
  if (!metadata.name && metadata.generateName) {
    metadata.name = `${metadata.generateName.slice(0, generatedPrefixLength)}${ids.suffix(5)}`;
  }
  if (!definition.namespaced) delete metadata.namespace;
  metadata.uid = ids.uid();
  metadata.creationTimestamp = timestamp(nowMs);
  if (definition.generationOf) metadata.generation = 1;
  else delete metadata.generation;
  dropUnstored(metadata);
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
}

/** What an update can never change, taken over from the stored object. */
export function restoreMetadata(object: KubeObject, previous: KubeObject): void {
  const { metadata } = object;
  const old = previous.metadata;
  dropUnstored(metadata);
  metadata.name = old.name;
  for (const field of ['namespace', 'uid', 'creationTimestamp', 'generateName'] as const) assign(metadata, field, old[field]);
  assign(metadata, 'generation', old.generation);
  assign(metadata, 'deletionTimestamp', old.deletionTimestamp);
  assign(metadata, 'deletionGracePeriodSeconds', old.deletionGracePeriodSeconds);
}

/** Rules of metadata that only an update can break. */
export function validateMetadataUpdate(object: KubeObject, previous: KubeObject): FieldCause[] {
  const causes: FieldCause[] = [];
  if (previous.metadata.deletionTimestamp !== undefined) {
    const before = new Set(previous.metadata.finalizers);
    const added = (object.metadata.finalizers ?? []).filter((finalizer) => !before.has(finalizer));
    if (added.length > 0) {
      causes.push(
        forbidden(
          'metadata.finalizers',
          `no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`,
        ),
      );
    }
  }
  return causes;
}

function dropUnstored(metadata: ObjectMeta): void {
  delete metadata.managedFields;
  delete metadata.selfLink;
  delete metadata.resourceVersion;
}

function assign<K extends keyof ObjectMeta>(metadata: ObjectMeta, field: K, value: ObjectMeta[K]): void {
  if (value === undefined) delete metadata[field];
  else metadata[field] = value;
}
