import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import type { Amounts } from './amounts.js';
import { hostPortsOf, type HostPort } from './host-ports.js';
import { computePodRequests, computeScoredRequests } from './pod-requests.js';

/** A pod and what the scheduler derives from it, once for each version of the pod. */
export interface PodInfo {
  readonly pod: Pod;
  readonly uid: string;
  readonly requests: Amounts;
  readonly scoredRequests: Amounts;
  readonly hostPorts: readonly HostPort[];
  /** uid of the controller that made it; undefined for a pod of nobody. */
  readonly controllerUid: string | undefined;
}

const known = new WeakMap<Pod, PodInfo>();

/** Pods come frozen from the cache, so what is derived from one stays true. */
export function podInfo(pod: Pod): PodInfo {
  const before = known.get(pod);
  if (before) return before;
  const info: PodInfo = {
    pod,
    uid: pod.metadata.uid ?? '',
    requests: computePodRequests(pod),
    scoredRequests: computeScoredRequests(pod),
    hostPorts: hostPortsOf(pod),
    controllerUid: pod.metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid,
  };
  known.set(pod, info);
  return info;
}

/** Whether the pod has run to its end and holds nothing any more. */
export function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}
