import type { Deployment, ReplicaSet } from '../../../lib/kubernetes/types/apps-v1.js';
import { desiredReplicas, rolloutLimits } from './rollout-limits.js';

export const revisionAnnotation = 'deployment.kubernetes.io/revision';
const revisionHistoryAnnotation = 'deployment.kubernetes.io/revision-history';
const desiredReplicasAnnotation = 'deployment.kubernetes.io/desired-replicas';
const maxReplicasAnnotation = 'deployment.kubernetes.io/max-replicas';

/** What belongs to one of the two objects alone and is never copied. */
const notCopied = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  revisionHistoryAnnotation,
  desiredReplicasAnnotation,
  maxReplicasAnnotation,
  'deprecated.deployment.rollback.to',
]);

/** Bound of the revision-history annotation, in characters. */
const historyLimit = 2000;

type Annotations = Record<string, string>;

export function revisionOf(object: Deployment | ReplicaSet): number {
  return Number.parseInt(object.metadata.annotations?.[revisionAnnotation] ?? '0', 10) || 0;
}

/** How large the Deployment was when this ReplicaSet was last scaled; undefined when it does not say. */
export function recordedDesiredReplicas(replicaSet: ReplicaSet): number | undefined {
  return integer(replicaSet.metadata.annotations?.[desiredReplicasAnnotation]);
}

/** The same with the surge of that time. */
export function recordedMaxReplicas(replicaSet: ReplicaSet): number | undefined {
  return integer(replicaSet.metadata.annotations?.[maxReplicasAnnotation]);
}

/** `annotations` with the Deployment's size, against which a later change of it is seen. */
export function withRecordedSize(annotations: Annotations, deployment: Deployment): Annotations {
  const replicas = desiredReplicas(deployment);
  return {
    ...annotations,
    [desiredReplicasAnnotation]: String(replicas),
    [maxReplicasAnnotation]: String(replicas + rolloutLimits(deployment).maxSurge),
  };
}

/**
 * The annotations of the newest ReplicaSet: the Deployment's own (change-cause among them)
 * and its revision, which only ever grows; the revisions that it had before are kept as history.
 */
export function newestAnnotations(current: Annotations | undefined, deployment: Deployment, revision: number): Annotations {
  const result = { ...current };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!notCopied.has(key)) result[key] = value;
  }
  const before = integer(result[revisionAnnotation]);
  if ((before ?? 0) < revision) {
    result[revisionAnnotation] = String(revision);
    if (before !== undefined) result[revisionHistoryAnnotation] = appendHistory(result[revisionHistoryAnnotation], before);
  }
  return result;
}

function appendHistory(history: string | undefined, revision: number): string {
  const past = history ? history.split(',') : [];
  past.push(String(revision));
  while (past.length > 1 && past.join(',').length > historyLimit) past.shift();
  return past.join(',');
}

function integer(text: string | undefined): number | undefined {
  const value = Number.parseInt(text ?? '', 10);
  return Number.isNaN(value) ? undefined : value;
}
