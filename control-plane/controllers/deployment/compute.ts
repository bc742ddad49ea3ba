import { isDeepStrictEqual } from 'node:util';

import type { Deployment, DeploymentStatus, ReplicaSet } from '../../../lib/kubernetes/types/apps-v1.js';
import { uidOf } from '../objects/owner-references.js';
import { newestAnnotations, revisionAnnotation, revisionOf, withRecordedSize } from './annotations.js';
import { newReplicaSet } from './new-replica-set.js';
import { equalTemplates } from './pod-template-hash.js';
import { computeScale, wasScaled } from './proportional-scale.js';
import { computeRollingUpdate, newReplicaSetSize } from './rolling-update.js';
import { desiredReplicas } from './rollout-limits.js';
import { activeReplicaSets, byAge, specReplicas, totalStatus, type Sizes } from './sizes.js';
import { computeStatus, deadlineAfterMs, isComplete } from './status.js';

export interface DeploymentSnapshot {
  readonly deployment: Deployment;
  /** Those that the Deployment controls. */
  readonly replicaSets: readonly ReplicaSet[];
  /** Uids of ReplicaSets with a pod that has not stopped yet, terminating ones included. Recreate waits for them. */
  readonly withRunningPods: ReadonlySet<string>;
  readonly nowMs: number;
}

export interface ReplicaSetUpdate {
  /** As it shall be, with the resourceVersion that the decision was made on. */
  readonly replicaSet: ReplicaSet;
  readonly from: number;
  readonly to: number;
}

/** Applied in this order; safe to stop anywhere and start again from a new snapshot. */
export interface DeploymentPlan {
  readonly create?: ReplicaSet;
  readonly update: readonly ReplicaSetUpdate[];
  readonly remove: readonly ReplicaSet[];
  /** Value of the Deployment's revision annotation; undefined when it stays. */
  readonly revision?: string;
  readonly status: DeploymentStatus;
  readonly requeueAfterMs?: number;
}

/** Decides the next step of a Deployment. Pure; an unchanged snapshot that needs nothing yields a plan of no writes. */
export function computeDeployment(snapshot: DeploymentSnapshot): DeploymentPlan {
  const { deployment, replicaSets, nowMs } = snapshot;
  const newest = findNewest(deployment, replicaSets);
  const old = replicaSets.filter((item) => item !== newest);
  if (deployment.metadata.deletionTimestamp !== undefined) {
    return { update: [], remove: [], status: computeStatus({ deployment, newest, old, created: false, nowMs }) };
  }
  const revision = Math.max(0, ...old.map(revisionOf)) + 1;
  const { create, sizes } = computeSizes(snapshot, newest, old, revision);
  const update = computeUpdates(deployment, newest, old, revision, sizes);
  const status = computeStatus({ deployment, newest: create ?? newest, old, created: create !== undefined, nowMs });
  const settled = deployment.spec.paused === true || isComplete(deployment, status);
  const newRevision = newest ? Math.max(revision, revisionOf(newest)) : create ? revision : undefined;
  const requeueAfterMs = deadlineAfterMs(deployment, status, nowMs);
  return {
    ...(create && { create }),
    update,
    remove: settled && update.length === 0 ? computeCleanup(deployment, old) : [],
    ...(newRevision !== undefined &&
      deployment.metadata.annotations?.[revisionAnnotation] !== String(newRevision) && { revision: String(newRevision) }),
    status,
    ...(requeueAfterMs !== undefined && { requeueAfterMs }),
  };
}

/** The oldest ReplicaSet with the Deployment's template: a rollback finds the one it goes back to. */
export function findNewest(deployment: Deployment, replicaSets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return [...replicaSets].sort(byAge).find((item) => equalTemplates(item.spec.template, deployment.spec.template));
}

function computeSizes(
  snapshot: DeploymentSnapshot,
  newest: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
  revision: number,
): { create?: ReplicaSet; sizes: Sizes } {
  const { deployment, replicaSets, withRunningPods } = snapshot;
  const none: Sizes = new Map();
  if (deployment.spec.paused === true || wasScaled(deployment, replicaSets)) {
    return { sizes: computeScale(deployment, newest, old) };
  }
  if (deployment.spec.strategy?.type === 'Recreate') {
    const active = activeReplicaSets(old);
    if (active.length > 0) return { sizes: new Map(active.map((item) => [uidOf(item), 0])) };
    const running = totalStatus(old, 'replicas') > 0 || old.some((item) => withRunningPods.has(uidOf(item)));
    if (running) return { sizes: none };
    if (newest) return { sizes: new Map([[uidOf(newest), desiredReplicas(deployment)]]) };
    return { create: newReplicaSet(deployment, revision, desiredReplicas(deployment)), sizes: none };
  }
  if (newest) return { sizes: computeRollingUpdate(deployment, newest, old) };
  const empty = newReplicaSet(deployment, revision, 0);
  return { create: newReplicaSet(deployment, revision, newReplicaSetSize(deployment, empty, old)), sizes: none };
}

function computeUpdates(
  deployment: Deployment,
  newest: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
  revision: number,
  sizes: Sizes,
): ReplicaSetUpdate[] {
  const updates: ReplicaSetUpdate[] = [];
  for (const item of newest ? [newest, ...old] : old) {
    const size = sizes.get(uidOf(item));
    const from = specReplicas(item);
    const to = size ?? from;
    const before = item.metadata.annotations ?? {};
    let annotations = item === newest ? newestAnnotations(before, deployment, revision) : before;
    if (size !== undefined) annotations = withRecordedSize(annotations, deployment);
    const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
    const lagsBehind = item === newest && (item.spec.minReadySeconds ?? 0) !== minReadySeconds;
    if (to === from && !lagsBehind && isDeepStrictEqual(annotations, before)) continue;
    const replicaSet: ReplicaSet = {
      ...item,
      metadata: { ...item.metadata, annotations },
      spec: { ...item.spec, replicas: to, ...(lagsBehind && { minReadySeconds }) },
    };
    updates.push({ replicaSet, from, to });
  }
  return updates;
}

/** Old ReplicaSets beyond revisionHistoryLimit, lowest revision first; never one that still has pods. */
function computeCleanup(deployment: Deployment, old: readonly ReplicaSet[]): ReplicaSet[] {
  const limit = deployment.spec.revisionHistoryLimit;
  if (limit === undefined) return [];
  const kept = old.filter((item) => item.metadata.deletionTimestamp === undefined);
  const excess = [...kept]
    .sort((a, b) => revisionOf(a) - revisionOf(b) || byAge(a, b))
    .slice(0, Math.max(0, kept.length - limit));
  return excess.filter(
    ({ spec, status, metadata }) =>
      spec.replicas === 0 && (status?.replicas ?? 0) === 0 && (metadata.generation ?? 0) <= (status?.observedGeneration ?? 0),
  );
}
