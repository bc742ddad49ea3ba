import { bytes, cpuMillis } from '../../../lib/kubernetes/quantity.js';
import type { PodSpec } from '../../../lib/kubernetes/types/core-v1.js';
import { allContainers } from './pod-spec-defaults.js';

const counted = { cpu: cpuMillis, memory: bytes } as const;

/**
 * Guaranteed when every container limits cpu and memory to what it requests, BestEffort
 * when none asks for anything, Burstable otherwise.
 */
export function qosClassOf(spec: PodSpec): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  let asked = false;
  let guaranteed = true;
  for (const { resources } of allContainers(spec)) {
    for (const name of ['cpu', 'memory'] as const) {
      const amount = counted[name];
      const request = amount(resources?.requests?.[name] ?? '0');
      const limit = amount(resources?.limits?.[name] ?? '0');
      if (request > 0 || limit > 0) asked = true;
      if (limit === 0 || request !== limit) guaranteed = false;
    }
  }
  if (!asked) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
