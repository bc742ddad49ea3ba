import type { ObjectMeta, OwnerReference } from '../../../lib/kubernetes/types/meta-v1.js';
import type { KubeObject } from '../../resources/client.js';

/** The owner that manages `object`: its ownerReference with `controller: true`. */
export function controllerOf(object: { metadata: ObjectMeta }): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true);
}

/** The ownerReference that makes `owner` the controller of another object. The owner must have been stored (it has a uid). */
export function controllerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: uidOf(owner),
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The uid of a stored object. @throws Error when it has none: a broken invariant */
export function uidOf(object: { metadata: ObjectMeta }): string {
  const { uid, name } = object.metadata;
  if (uid === undefined) throw new Error(`object ${name} has no uid: it was never stored`);
  return uid;
}

/** Removes every ownerReference to `ownerUid`, in place. */
export function removeOwner(metadata: ObjectMeta, ownerUid: string): void {
  const rest = (metadata.ownerReferences ?? []).filter((reference) => reference.uid !== ownerUid);
  if (rest.length > 0) metadata.ownerReferences = rest;
  else delete metadata.ownerReferences;
}
