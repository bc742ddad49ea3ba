import { isDeepStrictEqual } from 'node:util';

import type { PodTemplateSpec } from '../../../lib/kubernetes/types/core-v1.js';

export const podTemplateHashLabel = 'pod-template-hash';

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * A short name of a pod template, the same for equal templates in every process and
 * version of Node: FNV-1a (32 bits) over the template with sorted keys, in Kubernetes'
 * alphabet. Two templates may share one; `collisionCount` then yields another.
 */
export function podTemplateHash(template: PodTemplateSpec, collisionCount = 0): string {
  const text = canonical(template) + (collisionCount > 0 ? `#${collisionCount}` : '');
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return Array.from(String(hash), (digit) => alphabet.charAt(digit.charCodeAt(0) % alphabet.length)).join('');
}

/** Whether two templates are the same but for the hash label that the controller adds. */
export function equalTemplates(a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean {
  return isDeepStrictEqual(withoutHash(a), withoutHash(b));
}

function withoutHash(template: PodTemplateSpec | undefined): unknown {
  const { metadata, spec } = template ?? {};
  const labels = Object.entries(metadata?.labels ?? {}).filter(([key]) => key !== podTemplateHashLabel);
  return [{ ...metadata, labels: Object.fromEntries(labels) }, spec];
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, child]) => child !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, child]) => `${JSON.stringify(key)}:${canonical(child)}`).join(',')}}`;
}
