import type { DaemonSet, Deployment, StatefulSet } from '../../kubernetes/types/apps-v1.js';
import type { KubeObject } from '../objects.js';
import { met, waiting, type Verdict } from './verdict.js';

/**
 * Whether every pod is of the newest template and available, as `kubectl rollout status`
 * decides it. Undefined for kinds that do not roll out. Pure.
 */
export function computeRollout(object: KubeObject): Verdict | undefined {
  switch (object.kind) {
    case 'Deployment':
      return isObserved(object) ? deployment(object as Deployment) : unobserved;
    case 'DaemonSet':
      return isObserved(object) ? daemonSet(object as DaemonSet) : unobserved;
    case 'StatefulSet':
      return isObserved(object) ? statefulSet(object as StatefulSet) : unobserved;
    default:
      return undefined;
  }
}

export const unobserved = waiting('its controller has not seen the newest spec yet');

/** Whether the status, of a kind whose controller says so, speaks of the newest spec. */
export function isObserved(object: KubeObject): boolean {
  return observedGeneration(object, 0) >= (object.metadata.generation ?? 0);
}

/** Whether the status speaks of an older spec; kinds that do not say are taken at their word. */
export function isOutdated(object: KubeObject): boolean {
  return observedGeneration(object, Infinity) < (object.metadata.generation ?? 0);
}

function observedGeneration(object: KubeObject, absent: number): number {
  const { status } = object as KubeObject & { status?: { observedGeneration?: number } };
  return status?.observedGeneration ?? absent;
}

function deployment({ spec, status = {} }: Deployment): Verdict {
  const replicas = spec.replicas ?? 1;
  const { updatedReplicas: updated = 0, availableReplicas: available = 0, replicas: total = 0 } = status;
  const progressing = status.conditions?.find(({ type }) => type === 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded') {
    return { ...waiting(`it exceeded its progress deadline: ${progressing.message ?? ''}`), hopeless: true };
  }
  if (updated < replicas) return waiting(`${updated} of ${replicas} new replicas are made`);
  if (total > updated) return waiting(`${total - updated} old replicas are still to end`);
  if (available < updated) return waiting(`${available} of ${updated} new replicas are available`);
  return met(`${available} of ${replicas} replicas are available`);
}

function daemonSet({ spec, status }: DaemonSet): Verdict {
  if (spec.updateStrategy?.type === 'OnDelete') return onDelete;
  const {
    desiredNumberScheduled: desired = 0,
    updatedNumberScheduled: updated = 0,
    numberAvailable: available = 0,
  } = status ?? {};
  if (updated < desired) return waiting(`${updated} of ${desired} new pods are made`);
  if (available < desired) return waiting(`${available} of ${desired} pods are available`);
  return met(`${available} of ${desired} pods are available`);
}

function statefulSet({ spec, status }: StatefulSet): Verdict {
  if (spec.updateStrategy?.type === 'OnDelete') return onDelete;
  const replicas = spec.replicas ?? 1;
  const { readyReplicas: ready = 0, updatedReplicas: updated = 0, currentRevision, updateRevision } = status ?? {};
  if (ready < replicas) return waiting(`${ready} of ${replicas} replicas are ready`);
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  if (partition > 0) {
    const wanted = Math.max(0, replicas - partition);
    return updated < wanted ? waiting(`${updated} of ${wanted} replicas are new`) : met(`${updated} replicas are new`);
  }
  if (updateRevision !== currentRevision)
    return waiting(`${updated} of ${replicas} replicas are of revision ${updateRevision ?? ''}`);
  return met(`${ready} of ${replicas} replicas are ready`);
}

const onDelete: Verdict = {
  ...waiting('its update strategy is OnDelete: it rolls out only as its pods are deleted'),
  hopeless: true,
};
