import type { ContainerStatus, PodCondition } from '../../proto/gen/longshore/node/v1/pod_status.js';
import type { PodSpec } from '../../proto/gen/longshore/node/v1/pod.js';
import { isSidecar } from '../pod-workers/desired-pod.js';
import { isDone, type PodPhase } from './pod-phase.js';

interface Verdict {
  type: string;
  problem?: { reason: string; message: string };
  /** Holds, but for a reason worth naming. */
  reason?: string;
}

/**
 * The conditions that the kubelet owns. A condition that has not changed keeps its
 * transition time.
 * @param hasNetwork the sandbox runs and has an address
 */
export function podConditions(options: {
  spec: PodSpec;
  phase: PodPhase;
  init: readonly ContainerStatus[];
  regular: readonly ContainerStatus[];
  hasNetwork: boolean;
  previous: readonly PodCondition[];
  nowMs: number;
}): PodCondition[] {
  const { previous, nowMs } = options;
  const ready = readiness(options);
  const verdicts: Verdict[] = [
    { type: 'PodReadyToStartContainers', problem: options.hasNetwork ? undefined : { reason: '', message: '' } },
    initialization(options),
    { type: 'Ready', problem: ready },
    { type: 'ContainersReady', problem: ready },
  ];
  return verdicts.map(({ type, problem, reason }) => {
    const status = problem ? 'False' : 'True';
    const before = previous.find((condition) => condition.type === type);
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : new Date(nowMs);
    const words = { reason: problem?.reason ?? reason ?? '', message: problem?.message ?? '' };
    return { type, status, ...words, lastTransitionTime, lastProbeTime: undefined };
  });
}

type Options = Parameters<typeof podConditions>[0];

function initialization({ spec, phase, init }: Options): Verdict {
  if (phase === 'Succeeded') return { type: 'Initialized', reason: 'PodCompleted' };
  const incomplete = init.filter((status, index) => !isDone(spec, status, index)).map(({ name }) => name);
  if (incomplete.length === 0) return { type: 'Initialized' };
  const message = `containers with incomplete status: [${incomplete.join(' ')}]`;
  return { type: 'Initialized', problem: { reason: 'ContainersNotInitialized', message } };
}

function readiness({ spec, phase, init, regular }: Options): { reason: string; message: string } | undefined {
  if (phase === 'Succeeded') return { reason: 'PodCompleted', message: '' };
  if (phase === 'Failed') return { reason: 'PodFailed', message: '' };
  const sidecars = init.filter((_, index) => spec.initContainers[index] && isSidecar(spec.initContainers[index]));
  const unready = [...sidecars, ...regular].filter((status) => !status.ready).map(({ name }) => name);
  if (unready.length === 0) return undefined;
  return { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
}
