import { Container, PodAssignment, PodSpec } from '../../../proto/gen/longshore/node/v1/pod.js';
import type { ObservedContainer, ObservedPod, ObservedSandbox } from '../../runtime/container-runtime.js';
import { desiredPod, type DesiredPod } from '../desired-pod.js';
import type { PodSnapshot } from '../pod-snapshot.js';
import { specHash } from '../spec-hash.js';

export const startMs = Date.UTC(2026, 0, 1);

export function makeContainer(name: string, overrides: Partial<Container> = {}): Container {
  return { ...Container.create({ name, image: `${name}:1`, imagePullPolicy: 'IfNotPresent' }), ...overrides };
}

export function makeAssignment(name: string, spec: Partial<PodSpec> = {}, overrides: Partial<PodAssignment> = {}): PodAssignment {
  return {
    ...PodAssignment.create({
      pod: { namespace: 'default', name, uid: `uid-${name}`, serviceAccountName: 'default' },
      creationTime: new Date(startMs),
    }),
    spec: {
      ...PodSpec.create({ restartPolicy: 'Always', terminationGracePeriodSeconds: 30, dnsPolicy: 'ClusterFirst' }),
      containers: [makeContainer('web')],
      ...spec,
    },
    ...overrides,
  };
}

export function makePod(name: string, spec: Partial<PodSpec> = {}, overrides: Partial<PodAssignment> = {}): DesiredPod {
  return desiredPod(makeAssignment(name, spec, overrides));
}

export function makeObserved(overrides: Partial<ObservedContainer> & { name: string }): ObservedContainer {
  const { name, attempt = 0 } = overrides;
  return {
    id: `${name}-${attempt}`,
    kind: 'app',
    attempt,
    sandboxAttempt: 0,
    state: 'running',
    image: `${name}:1`,
    imageId: `sha256:${name}`,
    specHash: specHash(makeContainer(name)),
    createdAtMs: startMs,
    startedAtMs: startMs,
    finishedAtMs: overrides.state === 'exited' ? startMs + 1000 : 0,
    exitCode: 0,
    oomKilled: false,
    error: '',
    ...overrides,
  };
}

/** An attempt of container "web" that failed 2 s before the `nowMs` of {@link makeSnapshot}, after a second. */
export function makeCrashed(attempt: number, overrides: Partial<ObservedContainer> = {}): ObservedContainer {
  const times = { startedAtMs: startMs + 2000, finishedAtMs: startMs + 3000 };
  return makeObserved({ name: 'web', attempt, state: 'exited', exitCode: 1, ...times, ...overrides });
}

export function makeSandbox(overrides: Partial<ObservedSandbox> = {}): ObservedSandbox {
  const { attempt = 0 } = overrides;
  return { id: `sandbox-${attempt}`, attempt, state: 'running', ip: '10.244.1.2', createdAtMs: startMs, ...overrides };
}

export function makeObservedPod(
  sandboxes: readonly ObservedSandbox[] = [],
  containers: readonly ObservedContainer[] = [],
): ObservedPod {
  return { podUid: 'uid-p', podNamespace: 'default', podName: 'p', sandboxes, containers };
}

/** A snapshot of a pod whose images and volumes are ready. */
export function makeSnapshot(desired: DesiredPod | undefined, overrides: Partial<PodSnapshot> = {}): PodSnapshot {
  const names = [...(desired?.spec.initContainers ?? []), ...(desired?.spec.containers ?? [])].map(({ name }) => name);
  return {
    desired,
    removed: false,
    observed: makeObservedPod(),
    images: new Map(names.map((name) => [name, { state: 'present', imageId: `sha256:${name}`, user: '' }])),
    imagesToAsk: new Set(),
    volumes: 'ready',
    probes: new Map(),
    failures: new Map(),
    postStart: new Map(),
    stopping: new Map(),
    record: { startTimeMs: startMs, restartBase: {} },
    tornDown: false,
    nowMs: startMs + 5000,
    ...overrides,
  };
}
