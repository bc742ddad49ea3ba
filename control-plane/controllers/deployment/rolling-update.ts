import type { Deployment, ReplicaSet } from '../../../lib/kubernetes/types/apps-v1.js';
import { uidOf } from '../objects/owner-references.js';
import { desiredReplicas, rolloutLimits } from './rollout-limits.js';
import { byAge, specReplicas, totalSpecReplicas, type Sizes } from './sizes.js';

/**
 * One step of a rolling update: grows the new ReplicaSet as far as the surge allows, or
 * else shrinks old ones as far as availability allows. Ends in the new one alone.
 *
 * Keeps, whatever the order in which pods start and stop:
 * - wanted pods <= replicas + maxSurge, counting old pods whose ReplicaSet has not yet
 *   deleted them (stricter than Kubernetes, which counts only what is wanted);
 * - available pods >= replicas - maxUnavailable, unless pods fail by themselves.
 *
 * @returns the sizes that change; empty when there is nothing to do yet
 */
export function computeRollingUpdate(deployment: Deployment, newest: ReplicaSet, old: readonly ReplicaSet[]): Sizes {
  const size = newReplicaSetSize(deployment, newest, old);
  if (size !== specReplicas(newest)) return new Map([[uidOf(newest), size]]);
  return shrinkOld(deployment, newest, old);
}

/** How large the new ReplicaSet (which may not exist yet) may be now. */
export function newReplicaSetSize(deployment: Deployment, newest: ReplicaSet, old: readonly ReplicaSet[]): number {
  const desired = desiredReplicas(deployment);
  const current = specReplicas(newest);
  if (current >= desired || deployment.spec.strategy?.type === 'Recreate') return desired;
  const room = desired + rolloutLimits(deployment).maxSurge - current - podsOf(old);
  return current + Math.max(0, Math.min(room, desired - current));
}

function podsOf(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce((sum, item) => sum + Math.max(specReplicas(item), item.status?.replicas ?? 0), 0);
}

function shrinkOld(deployment: Deployment, newest: ReplicaSet, old: readonly ReplicaSet[]): Sizes {
  const sizes = new Map(old.map((item) => [uidOf(item), specReplicas(item)]));
  const minAvailable = desiredReplicas(deployment) - rolloutLimits(deployment).maxUnavailable;
  const newUnavailable = specReplicas(newest) - availableOf(newest);
  const spare = totalSpecReplicas([newest, ...old]) - minAvailable - newUnavailable;
  if (spare <= 0) return new Map();

  const oldestFirst = [...old].sort(byAge);
  const shrink = (item: ReplicaSet, by: number): number => {
    const current = sizes.get(uidOf(item)) ?? 0;
    const removed = Math.max(0, Math.min(by, current));
    sizes.set(uidOf(item), current - removed);
    return removed;
  };

  // Pods that serve nobody go first: their removal costs no availability.
  let left = spare;
  for (const item of oldestFirst) left -= shrink(item, Math.min(left, specReplicas(item) - availableOf(item)));

  let surplus = availableOf(newest) + oldestFirst.reduce((sum, item) => sum + availableOf(item), 0) - minAvailable;
  for (const item of oldestFirst) {
    if (surplus <= 0) break;
    surplus -= shrink(item, surplus);
  }
  return new Map(
    old.filter((item) => sizes.get(uidOf(item)) !== specReplicas(item)).map((item) => [uidOf(item), sizes.get(uidOf(item)) ?? 0]),
  );
}

/** Never more than wanted: status may still count pods that are about to go. */
function availableOf(replicaSet: ReplicaSet): number {
  return Math.min(replicaSet.status?.availableReplicas ?? 0, specReplicas(replicaSet));
}
