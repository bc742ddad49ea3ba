import type { KubeObject } from '../objects.js';
import { isObserved, unobserved } from './rollout.js';
import { met, waiting, type Verdict } from './verdict.js';

interface Counted {
  spec?: { replicas?: number };
  status?: Record<string, number | undefined>;
}

/**
 * Ready and Available of kinds that count their pods and have no such condition: all of the
 * wanted pods are. Undefined for other kinds and conditions. Pure.
 */
export function computeReplicaCount(condition: string, object: KubeObject): Verdict | undefined {
  const wanted = condition.toLowerCase();
  if (wanted !== 'ready' && wanted !== 'available') return undefined;
  const { spec, status = {} } = object as KubeObject & Counted;
  const count = (have: number | undefined, want: number): Verdict => {
    if (!isObserved(object)) return unobserved;
    const observed = `${have ?? 0} of ${want} pods are ${wanted}`;
    return (have ?? 0) >= want ? met(observed) : waiting(observed);
  };
  switch (object.kind) {
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet':
      return count(wanted === 'ready' ? status.readyReplicas : status.availableReplicas, spec?.replicas ?? 1);
    case 'DaemonSet':
      return count(wanted === 'ready' ? status.numberReady : status.numberAvailable, status.desiredNumberScheduled ?? 0);
    default:
      return undefined;
  }
}
