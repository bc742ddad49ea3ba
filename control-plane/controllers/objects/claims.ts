import { matchesLabelSelector } from '../../../lib/kubernetes/label-selector.js';
import type { LabelSelector } from '../../../lib/kubernetes/types/meta-v1.js';
import type { KubeObject } from '../../resources/client.js';
import { controllerOf, controllerReference, removeOwner } from './owner-references.js';

export interface Claims<T> {
  /** Controlled by the owner and selected by it. */
  readonly owned: T[];
  /** Selected, and controlled by nobody: the owner takes them over. */
  readonly adopt: T[];
  /** Controlled by the owner, but no longer selected: let go. */
  readonly release: T[];
}

/**
 * Sorts `candidates` by what they are to `owner`. An owner that is being deleted neither
 * adopts nor releases, and nobody adopts what is being deleted.
 * Source: Kubernetes' PodControllerRefManager.
 */
export function computeClaims<T extends KubeObject>(
  owner: KubeObject,
  selector: LabelSelector,
  candidates: readonly T[],
): Claims<T> {
  const claims: Claims<T> = { owned: [], adopt: [], release: [] };
  const ownerStays = owner.metadata.deletionTimestamp === undefined;
  for (const candidate of candidates) {
    const controller = controllerOf(candidate);
    const selected = matchesLabelSelector(selector, candidate.metadata.labels);
    if (controller?.uid === owner.metadata.uid && controller !== undefined) {
      if (selected) claims.owned.push(candidate);
      else if (ownerStays && candidate.metadata.deletionTimestamp === undefined) claims.release.push(candidate);
    } else if (!controller && selected && ownerStays && candidate.metadata.deletionTimestamp === undefined) {
      claims.adopt.push(candidate);
    }
  }
  return claims;
}

/** Makes `owner` the controller of `object`, in place. @returns false when it has one already or is being deleted */
export function adopt(object: KubeObject, owner: KubeObject): boolean {
  if (controllerOf(object) || object.metadata.deletionTimestamp !== undefined) return false;
  object.metadata.ownerReferences = [...(object.metadata.ownerReferences ?? []), controllerReference(owner)];
  return true;
}

/** Ends the control of `ownerUid` over `object`, in place. @returns false when it had none */
export function release(object: KubeObject, ownerUid: string): boolean {
  if (!object.metadata.ownerReferences?.some(({ uid }) => uid === ownerUid)) return false;
  removeOwner(object.metadata, ownerUid);
  return true;
}

/**
 * Index function for informers of what can be claimed: the controller's uid, or for what
 * has no controller {@link unclaimedIn} its namespace.
 */
export function controllerIndex(object: KubeObject): string {
  return controllerOf(object)?.uid ?? unclaimedIn(object.metadata.namespace ?? '');
}

/** Index value of the objects of a namespace that have no controller. */
export function unclaimedIn(namespace: string): string {
  return `unclaimed/${namespace}`;
}
