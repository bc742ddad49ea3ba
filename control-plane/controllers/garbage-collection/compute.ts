import type { OwnerReference } from '../../../lib/kubernetes/types/meta-v1.js';
import type { GraphNode } from './owner-graph.js';

export const orphanFinalizer = 'orphan';
export const foregroundFinalizer = 'foregroundDeletion';

/**
 * What an owner means to its dependent:
 * - solid: it exists, and keeps the dependent;
 * - waiting: it is being deleted in the foreground and waits for the dependent to go first;
 * - absent: there is no object of that uid (any more);
 * - unknown: nobody can tell, for example because its kind is not known here.
 */
export type OwnerState = 'solid' | 'waiting' | 'absent' | 'unknown';

export type GarbageDecision =
  | { readonly kind: 'keep' }
  /** Other owners keep it: it only loses its references to these. */
  | { readonly kind: 'drop-owners'; readonly uids: readonly string[] }
  | { readonly kind: 'delete'; readonly propagationPolicy: 'Orphan' | 'Foreground' | 'Background' };

/** Whether an existing owner waits for the dependent that refers to it by `reference`. */
export function stateOfExisting(owner: Pick<GraphNode, 'deleting' | 'finalizers'>, reference: OwnerReference): OwnerState {
  const foreground = owner.deleting && owner.finalizers.includes(foregroundFinalizer);
  return foreground && reference.blockOwnerDeletion === true ? 'waiting' : 'solid';
}

/**
 * Decides over an object that is not being deleted, from the states of its owners (in the
 * order of its references). One solid or unknown owner is enough to keep it.
 * Source: Kubernetes' garbage collector, attemptToDeleteItem.
 */
export function computeGarbage(node: GraphNode, states: readonly OwnerState[], hasDependents: boolean): GarbageDecision {
  if (node.deleting || node.owners.length === 0) return { kind: 'keep' };
  const uidsOf = (...wanted: OwnerState[]): string[] =>
    node.owners.filter((_, index) => wanted.includes(states[index] ?? 'unknown')).map(({ uid }) => uid);
  if (uidsOf('solid', 'unknown').length > 0) {
    const uids = uidsOf('absent', 'waiting');
    return uids.length > 0 ? { kind: 'drop-owners', uids } : { kind: 'keep' };
  }
  if (uidsOf('waiting').length > 0 && hasDependents) return { kind: 'delete', propagationPolicy: 'Foreground' };
  if (node.finalizers.includes(orphanFinalizer)) return { kind: 'delete', propagationPolicy: 'Orphan' };
  if (node.finalizers.includes(foregroundFinalizer)) return { kind: 'delete', propagationPolicy: 'Foreground' };
  return { kind: 'delete', propagationPolicy: 'Background' };
}

/** Dependents that an owner deleted in the foreground has to outlive. */
export function blockingDependents(owner: GraphNode, dependents: readonly GraphNode[]): GraphNode[] {
  return dependents.filter((dependent) =>
    dependent.owners.some(({ uid, blockOwnerDeletion }) => uid === owner.uid && blockOwnerDeletion === true),
  );
}
