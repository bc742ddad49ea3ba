import type { Container, PodSpec, ResourceQuantities } from '../../proto/gen/longshore/node/v1/pod.js';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

/** The pod's class, by Kubernetes' rules: cpu and memory of every container count. */
export function qosClass(spec: PodSpec): QosClass {
  const containers = [...spec.initContainers, ...spec.containers];
  const amounts = containers.flatMap(({ resources }) => [resources?.requests, resources?.limits].flatMap(cpuAndMemory));
  if (amounts.every((amount) => amount === 0)) return 'BestEffort';
  return containers.every(isGuaranteed) ? 'Guaranteed' : 'Burstable';
}

/**
 * oom_score_adj of a container: the kernel kills BestEffort first, then Burstable in
 * proportion to how little memory was requested, Guaranteed last.
 */
export function oomScoreAdj(spec: PodSpec, container: Container, nodeMemoryBytes: number): number {
  switch (qosClass(spec)) {
    case 'Guaranteed':
      return -997;
    case 'BestEffort':
      return 1000;
    case 'Burstable': {
      const request = container.resources?.requests?.memoryBytes ?? 0;
      const score = 1000 - Math.floor((1000 * request) / Math.max(1, nodeMemoryBytes));
      return Math.min(999, Math.max(3, score));
    }
  }
}

function cpuAndMemory(quantities: ResourceQuantities | undefined): number[] {
  return [quantities?.cpuMillis ?? 0, quantities?.memoryBytes ?? 0];
}

function isGuaranteed({ resources }: Container): boolean {
  const limits = cpuAndMemory(resources?.limits);
  const requests = cpuAndMemory(resources?.requests);
  return limits.every((limit, index) => limit > 0 && (requests[index] === limit || requests[index] === 0));
}
