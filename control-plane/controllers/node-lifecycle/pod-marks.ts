import type { Pod, PodCondition } from '../../../lib/kubernetes/types/core-v1.js';
import { podCondition } from '../objects/pod-state.js';

/** On the Ready condition of a pod whose node is lost; nobody but this controller writes it. */
export const lostReason = 'NodeNotReady';

/**
 * The Ready condition that a pod should have because of its node, or undefined when it
 * stays. A pod of a lost node is not ready, so that endpoints drop it at once. When the
 * node is back and its agent has said nothing else since (agents report only changes), the
 * mark is taken off again.
 */
export function computePodMark(pod: Pod, node: 'lost' | 'ready', now: string): PodCondition | undefined {
  const ready = podCondition(pod, 'Ready');
  if (!ready) return undefined;
  if (node === 'lost') {
    if (ready.status !== 'True') return undefined;
    return { ...ready, status: 'False', reason: lostReason, message: 'Node is not ready', lastTransitionTime: now };
  }
  const marked = ready.status === 'False' && ready.reason === lostReason;
  if (!marked || podCondition(pod, 'ContainersReady')?.status === 'False') return undefined;
  const restored: PodCondition = { ...ready, status: 'True', lastTransitionTime: now };
  delete restored.reason;
  delete restored.message;
  return restored;
}
