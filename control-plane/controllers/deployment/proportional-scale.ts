import type { Deployment, ReplicaSet } from '../../../lib/kubernetes/types/apps-v1.js';
import { uidOf } from '../objects/owner-references.js';
import { recordedDesiredReplicas, recordedMaxReplicas } from './annotations.js';
import { desiredReplicas, rolloutLimits } from './rollout-limits.js';
import { activeReplicaSets, byAge, specReplicas, totalSpecReplicas, type Sizes } from './sizes.js';

/** Whether spec.replicas was changed since the ReplicaSets were last scaled. */
export function wasScaled(deployment: Deployment, replicaSets: readonly ReplicaSet[]): boolean {
  return activeReplicaSets(replicaSets).some((item) => {
    const recorded = recordedDesiredReplicas(item);
    return recorded !== undefined && recorded !== desiredReplicas(deployment);
  });
}

/**
 * Spreads a change of spec.replicas (or a pause in the middle of a rollout) over the
 * ReplicaSets in proportion to their sizes, so that a bad new version does not get all new
 * pods. The largest takes what rounding leaves.
 * Every ReplicaSet that is returned records the new size, changed or not.
 * Source: Kubernetes' proportional scaling (DeploymentController.scale).
 */
export function computeScale(deployment: Deployment, newest: ReplicaSet | undefined, old: readonly ReplicaSet[]): Sizes {
  const desired = desiredReplicas(deployment);
  const single = activeOrLatest(newest, old);
  if (single) return new Map([[uidOf(single), desired]]);
  if (newest && isSaturated(deployment, newest)) return new Map(activeReplicaSets(old).map((item) => [uidOf(item), 0]));
  if (deployment.spec.strategy?.type === 'Recreate') return new Map();

  const active = activeReplicaSets(newest ? [...old, newest] : old);
  const allowed = desired > 0 ? desired + rolloutLimits(deployment).maxSurge : 0;
  const toAdd = allowed - totalSpecReplicas(active);
  active.sort((a, b) => specReplicas(b) - specReplicas(a) || (toAdd > 0 ? byAge(b, a) : byAge(a, b)));

  const sizes = new Map<string, number>();
  let added = 0;
  for (const item of active) {
    const share = toAdd === 0 ? 0 : shareOf(item, deployment, toAdd, added);
    sizes.set(uidOf(item), specReplicas(item) + share);
    added += share;
  }
  const [largest] = active;
  if (largest && toAdd !== added) {
    const uid = uidOf(largest);
    sizes.set(uid, Math.max(0, (sizes.get(uid) ?? 0) + toAdd - added));
  }
  return sizes;
}

/** The one ReplicaSet that has pods, or the newest when none has; undefined when several have. */
function activeOrLatest(newest: ReplicaSet | undefined, old: readonly ReplicaSet[]): ReplicaSet | undefined {
  const active = activeReplicaSets(newest ? [...old, newest] : old);
  if (active.length > 1) return undefined;
  return active[0] ?? newest ?? [...old].sort(byAge).at(-1);
}

function isSaturated(deployment: Deployment, newest: ReplicaSet): boolean {
  const desired = desiredReplicas(deployment);
  return (
    recordedDesiredReplicas(newest) === desired &&
    specReplicas(newest) === desired &&
    (newest.status?.availableReplicas ?? 0) === desired
  );
}

function shareOf(replicaSet: ReplicaSet, deployment: Deployment, toAdd: number, added: number): number {
  const current = specReplicas(replicaSet);
  const desired = desiredReplicas(deployment);
  const left = toAdd - added;
  if (current === 0 || left === 0) return 0;
  const before = recordedMaxReplicas(replicaSet) ?? deployment.status?.replicas ?? current;
  const target = desired === 0 ? 0 : Math.round((current * (desired + rolloutLimits(deployment).maxSurge)) / Math.max(1, before));
  const share = target - current;
  return toAdd > 0 ? Math.max(0, Math.min(share, left)) : Math.min(0, Math.max(share, left));
}
