import type { Pod, Toleration } from '../../../lib/kubernetes/types/core-v1.js';

const nodeTaints = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/**
 * DefaultTolerationSeconds: a pod that says nothing of lost nodes is replaced this long
 * after its node was found lost. Changes `pod`.
 */
export function admitTolerations(pod: Pod, tolerationSeconds: number): void {
  const tolerations = pod.spec.tolerations ?? [];
  const missing = nodeTaints.filter((key) => !tolerations.some((toleration) => covers(toleration, key)));
  if (missing.length === 0) return;
  const added = missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds }));
  pod.spec.tolerations = [...tolerations, ...added];
}

function covers(toleration: Toleration, key: string): boolean {
  const sameKey = toleration.key === key || (!toleration.key && toleration.operator === 'Exists');
  return sameKey && (!toleration.effect || toleration.effect === 'NoExecute');
}
