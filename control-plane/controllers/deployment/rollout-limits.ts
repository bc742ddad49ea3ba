import type { Deployment } from '../../../lib/kubernetes/types/apps-v1.js';

export interface RolloutLimits {
  /** Pods above spec.replicas that may exist. */
  readonly maxSurge: number;
  /** Pods below spec.replicas that may be unavailable. */
  readonly maxUnavailable: number;
}

export function desiredReplicas(deployment: Deployment): number {
  return deployment.spec.replicas ?? 1;
}

/**
 * The limits of a rolling update in pods. Percentages are of spec.replicas: surge is
 * rounded up, unavailable down; never both 0, or nothing could move. Recreate has neither.
 * Source: Kubernetes' ResolveFenceposts.
 */
export function rolloutLimits(deployment: Deployment): RolloutLimits {
  const { strategy } = deployment.spec;
  if (strategy?.type === 'Recreate') return { maxSurge: 0, maxUnavailable: 0 };
  const replicas = desiredReplicas(deployment);
  const maxSurge = scaled(strategy?.rollingUpdate?.maxSurge ?? '25%', replicas, Math.ceil);
  const maxUnavailable = scaled(strategy?.rollingUpdate?.maxUnavailable ?? '25%', replicas, Math.floor);
  if (maxSurge === 0 && maxUnavailable === 0) return { maxSurge, maxUnavailable: Math.min(1, replicas) };
  return { maxSurge, maxUnavailable: Math.min(maxUnavailable, replicas) };
}

function scaled(value: number | string, total: number, round: (amount: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  // A string without a percent sign is a number that some client quoted.
  return percent === undefined ? Number.parseInt(value, 10) || 0 : round((Number(percent) * total) / 100);
}
