import type { Taint, Toleration } from './types/core-v1.js';

/**
 * Whether a toleration covers a taint: an absent key (with operator Exists) covers all
 * keys, an absent effect all effects. Source: k8s.io/component-helpers, ToleratesTaint.
 */
export function toleratesTaint(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  if (toleration.operator === 'Exists') return true;
  if (toleration.operator && toleration.operator !== 'Equal') return false;
  return Boolean(toleration.key) && (toleration.value ?? '') === (taint.value ?? '');
}

export function isTolerated(taint: Taint, tolerations: readonly Toleration[] = []): boolean {
  return tolerations.some((toleration) => toleratesTaint(toleration, taint));
}
