import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '../../../lib/kubernetes/types/apps-v1.js';
import { timestamp } from '../../resources/registry/timestamp.js';
import { desiredReplicas, rolloutLimits } from './rollout-limits.js';
import { totalSpecReplicas, totalStatus } from './sizes.js';

const noDeadline = 2 ** 31 - 1;

export interface StatusInput {
  readonly deployment: Deployment;
  readonly newest: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
  /** The new ReplicaSet was made in this round. */
  readonly created: boolean;
  readonly nowMs: number;
}

/**
 * What the Deployment's status should say. Progress is seen by comparing with the status
 * before, so that clients can tell a slow rollout from a stuck one.
 * Reasons and messages are Kubernetes': `kubectl rollout status` and `wait` read them.
 */
export function computeStatus(input: StatusInput): DeploymentStatus {
  const { deployment, newest, old } = input;
  const all = newest ? [...old, newest] : old;
  const availableReplicas = totalStatus(all, 'availableReplicas');
  const terminatingReplicas = totalStatus(all, 'terminatingReplicas');
  const { collisionCount } = deployment.status ?? {};
  const counts: DeploymentStatus = {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: totalStatus(all, 'replicas'),
    updatedReplicas: newest ? totalStatus([newest], 'replicas') : 0,
    readyReplicas: totalStatus(all, 'readyReplicas'),
    availableReplicas,
    unavailableReplicas: Math.max(0, totalSpecReplicas(all) - availableReplicas),
    terminatingReplicas,
    ...(collisionCount !== undefined && { collisionCount }),
  };
  const now = timestamp(input.nowMs);
  let conditions = [...(deployment.status?.conditions ?? [])];
  conditions = availability(conditions, deployment, availableReplicas, now);
  conditions = progress(conditions, input, counts, now);
  conditions = replicaFailure(conditions, newest, all, now);
  return { ...counts, conditions };
}

/** Whether the rollout is over: every pod is new and available. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const desired = desiredReplicas(deployment);
  return (
    status.updatedReplicas === desired &&
    status.replicas === desired &&
    status.availableReplicas === desired &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

/** When the progress deadline must be looked at again; undefined when it is not running. */
export function deadlineAfterMs(deployment: Deployment, status: DeploymentStatus, nowMs: number): number | undefined {
  const condition = find(status.conditions, 'Progressing');
  const seconds = deadlineSeconds(deployment);
  if (!condition || seconds === undefined || isComplete(deployment, status)) return undefined;
  if (condition.reason === 'ProgressDeadlineExceeded' || deployment.spec.paused) return undefined;
  return Math.max(0, Date.parse(condition.lastUpdateTime ?? '') + seconds * 1000 - nowMs) + 1000;
}

function availability(
  conditions: DeploymentCondition[],
  deployment: Deployment,
  available: number,
  now: string,
): DeploymentCondition[] {
  const enough = available >= desiredReplicas(deployment) - rolloutLimits(deployment).maxUnavailable;
  const next = enough
    ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
  return setCondition(conditions, next, now);
}

function progress(
  conditions: DeploymentCondition[],
  { deployment, newest, created, nowMs }: StatusInput,
  counts: DeploymentStatus,
  now: string,
): DeploymentCondition[] {
  const seconds = deadlineSeconds(deployment);
  if (seconds === undefined) return conditions.filter(({ type }) => type !== 'Progressing');
  const started = beginning(conditions, deployment, newest, created, now);
  if (deployment.spec.paused) return started;

  const current = find(started, 'Progressing');
  if (counts.replicas === counts.updatedReplicas && current?.reason === 'NewReplicaSetAvailable') return started;
  const subject = newest ? `ReplicaSet "${newest.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  if (isComplete(deployment, counts)) {
    const message = `${subject} has successfully progressed.`;
    return setCondition(started, { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message }, now);
  }
  if (hasProgressed(deployment.status ?? {}, counts)) {
    const next = { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message: `${subject} is progressing.` };
    const lastTransitionTime = current?.status === 'True' ? (current.lastTransitionTime ?? now) : now;
    return [...started.filter(({ type }) => type !== 'Progressing'), { ...next, lastTransitionTime, lastUpdateTime: now }];
  }
  if (current && isOverdue(current, seconds, nowMs)) {
    const message = `${subject} has timed out progressing.`;
    return setCondition(started, { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message }, now);
  }
  return started;
}

/** The condition at the start of a rollout, a pause or a resumption; it starts the deadline. */
function beginning(
  conditions: DeploymentCondition[],
  deployment: Deployment,
  newest: ReplicaSet | undefined,
  created: boolean,
  now: string,
): DeploymentCondition[] {
  const current = find(conditions, 'Progressing');
  const paused = current?.reason === 'DeploymentPaused';
  const progressing = (status: string, reason: string, message: string): DeploymentCondition[] =>
    setCondition(conditions, { type: 'Progressing', status, reason, message }, now);
  if (current?.reason !== 'ProgressDeadlineExceeded') {
    if (deployment.spec.paused && !paused) return progressing('Unknown', 'DeploymentPaused', 'Deployment is paused');
    if (!deployment.spec.paused && paused) return progressing('Unknown', 'DeploymentResumed', 'Deployment is resumed');
  }
  if (created && newest) return progressing('True', 'NewReplicaSetCreated', `Created new replica set "${newest.metadata.name}"`);
  if (newest && !current) return progressing('True', 'FoundNewReplicaSet', `Found new replica set "${newest.metadata.name}"`);
  return conditions;
}

function hasProgressed(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const oldPods = (status: DeploymentStatus): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    oldPods(after) < oldPods(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function isOverdue(condition: DeploymentCondition, seconds: number, nowMs: number): boolean {
  if (condition.reason === 'NewReplicaSetAvailable') return false;
  if (condition.reason === 'ProgressDeadlineExceeded') return true;
  return Date.parse(condition.lastUpdateTime ?? '') + seconds * 1000 < nowMs;
}

function replicaFailure(
  conditions: DeploymentCondition[],
  newest: ReplicaSet | undefined,
  all: readonly ReplicaSet[],
  now: string,
): DeploymentCondition[] {
  const failures = (newest ? [newest, ...all] : all).flatMap(
    (item) => item.status?.conditions?.filter(({ type }) => type === 'ReplicaFailure') ?? [],
  );
  const [failure] = failures;
  if (!failure) return conditions.filter(({ type }) => type !== 'ReplicaFailure');
  const { status, reason = '', message = '' } = failure;
  return setCondition(conditions, { type: 'ReplicaFailure', status, reason, message }, now);
}

/** Kubernetes' rule: same status and reason leave the condition as it is, message and times included. */
export function setCondition(conditions: DeploymentCondition[], next: DeploymentCondition, now: string): DeploymentCondition[] {
  const current = find(conditions, next.type);
  if (current?.status === next.status && current.reason === next.reason) return conditions;
  const lastTransitionTime = current?.status === next.status ? (current.lastTransitionTime ?? now) : now;
  const others = conditions.filter(({ type }) => type !== next.type);
  return [...others, { ...next, lastTransitionTime, lastUpdateTime: now }];
}

function find(conditions: readonly DeploymentCondition[] | undefined, type: string): DeploymentCondition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

function deadlineSeconds(deployment: Deployment): number | undefined {
  const { progressDeadlineSeconds } = deployment.spec;
  return progressDeadlineSeconds === noDeadline ? undefined : progressDeadlineSeconds;
}
