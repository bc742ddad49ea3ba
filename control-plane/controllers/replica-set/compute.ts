import { isDeepStrictEqual } from 'node:util';

import type { ReplicaSet, ReplicaSetStatus } from '../../../lib/kubernetes/types/apps-v1.js';
import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import type { ObjectMeta } from '../../../lib/kubernetes/types/meta-v1.js';
import { withCondition, withoutCondition } from '../objects/conditions.js';
import { controllerReference } from '../objects/owner-references.js';
import { availableAtMs, isPodActive, isPodReady, isPodTerminal } from '../objects/pod-state.js';
import { timestamp } from '../../resources/registry/timestamp.js';
import { podsToDelete } from './pod-ranking.js';

/** At most so many pods are created or deleted in one round, so that one ReplicaSet cannot keep out the others. */
export const burst = 500;

export interface ReplicaSetSnapshot {
  readonly replicaSet: ReplicaSet;
  /** All pods that it controls. */
  readonly pods: readonly Pod[];
  /** Pods of every ReplicaSet of the same owner, itself included. */
  readonly related: readonly Pod[];
  readonly nowMs: number;
}

export interface PodChanges {
  /** How many pods to create. */
  readonly create: number;
  readonly remove: readonly Pod[];
}

/** Pods to create or delete so that spec.replicas are active. Finished and terminating pods do not count. */
export function computePodChanges({ replicaSet, pods, related, nowMs }: ReplicaSetSnapshot): PodChanges {
  if (replicaSet.metadata.deletionTimestamp !== undefined) return { create: 0, remove: [] };
  const active = pods.filter(isPodActive);
  const missing = (replicaSet.spec.replicas ?? 1) - active.length;
  if (missing >= 0) return { create: Math.min(missing, burst), remove: [] };
  return { create: 0, remove: podsToDelete(active, related, Math.min(-missing, burst), nowMs) };
}

/** What went wrong while pods were created or deleted; it becomes the condition ReplicaFailure. */
export interface ReplicaFailure {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly message: string;
}

export interface StatusResult {
  readonly status: ReplicaSetStatus;
  /** When the next ready pod becomes available without any further change. */
  readonly requeueAfterMs?: number;
}

export function computeStatus(
  { replicaSet, pods, nowMs }: ReplicaSetSnapshot,
  failure: ReplicaFailure | undefined,
): StatusResult {
  const active = pods.filter(isPodActive);
  const templateLabels = Object.entries(replicaSet.spec.template?.metadata?.labels ?? {});
  const minReadySeconds = replicaSet.spec.minReadySeconds ?? 0;
  const availableAt = active.flatMap((pod) => availableAtMs(pod, minReadySeconds) ?? []);
  const pending = availableAt.filter((at) => at > nowMs);
  const before = replicaSet.status?.conditions;
  const conditions = failure
    ? withCondition(before, { type: 'ReplicaFailure', status: 'True', ...failure }, timestamp(nowMs))
    : withoutCondition(before, 'ReplicaFailure');
  return {
    status: {
      replicas: active.length,
      fullyLabeledReplicas: active.filter(({ metadata }) =>
        templateLabels.every(([key, value]) => metadata.labels?.[key] === value),
      ).length,
      readyReplicas: active.filter(isPodReady).length,
      availableReplicas: availableAt.length - pending.length,
      terminatingReplicas: pods.filter((pod) => pod.metadata.deletionTimestamp !== undefined && !isPodTerminal(pod)).length,
      observedGeneration: replicaSet.metadata.generation ?? 0,
      ...(conditions.length > 0 && { conditions }),
    },
    ...(pending.length > 0 && { requeueAfterMs: Math.min(...pending) - nowMs }),
  };
}

/** Whether writing `status` would change anything. */
export function isSameStatus(replicaSet: ReplicaSet, status: ReplicaSetStatus): boolean {
  return isDeepStrictEqual(replicaSet.status, status);
}

/** A new pod of `replicaSet`; the API gives it the rest of its name. */
export function podFromTemplate(replicaSet: ReplicaSet): Pod {
  const { name, namespace } = replicaSet.metadata;
  const { metadata: { labels, annotations, finalizers } = {} as ObjectMeta, spec = { containers: [] } } =
    replicaSet.spec.template ?? {};
  const metadata = {
    generateName: `${name}-`,
    ...(namespace !== undefined && { namespace }),
    ...(labels && { labels }),
    ...(annotations && { annotations }),
    ...(finalizers && { finalizers }),
    ownerReferences: [controllerReference(replicaSet)],
  };
  // A name is missing here and nowhere else: the API makes it from generateName.
  return { apiVersion: 'v1', kind: 'Pod', metadata: metadata as ObjectMeta, spec };
}
