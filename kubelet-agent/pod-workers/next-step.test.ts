import { expect } from 'chai';

import { nextStep } from './next-step.js';
import type { PodSnapshot } from './pod-snapshot.js';
import type { Step } from './step.js';
import {
  makeContainer,
  makeCrashed as crashed,
  makeObserved as seen,
  makeObservedPod as pod,
  makePod,
  makeSandbox as sandbox,
  makeSnapshot,
  startMs,
} from './testing/builders.js';

const web = makePod('p');
const never = makePod('p', { restartPolicy: 'Never' });
const onFailure = makePod('p', { restartPolicy: 'OnFailure' });
const withInit = makePod('p', { initContainers: [makeContainer('first'), makeContainer('second')] });
const withSidecar = makePod('p', {
  initContainers: [makeContainer('proxy', { restartPolicy: 'Always' }), makeContainer('setup')],
});
const deleted = makePod('p', {}, { deletionTime: new Date(startMs), deletionGracePeriodSeconds: 30 });
const deletedSidecar = makePod(
  'p',
  { initContainers: [makeContainer('a', { restartPolicy: 'Always' }), makeContainer('b', { restartPolicy: 'Always' })] },
  { deletionTime: new Date(startMs), deletionGracePeriodSeconds: 30 },
);

interface Row {
  it: string;
  desired?: typeof web;
  snapshot: Partial<PodSnapshot>;
  expected: Partial<Step>;
}

const nowMs = startMs + 5000;

const rows: Row[] = [
  {
    it: 'starts nothing of a pod that the control plane knows to have finished',
    desired: makePod('p', {}, { finalPhase: 'Failed' }),
    snapshot: {},
    expected: { kind: 'Wait', untilMs: undefined },
  },
  {
    it: 'stops what still runs of a pod that the control plane knows to have finished',
    desired: makePod('p', {}, { finalPhase: 'Succeeded' }),
    snapshot: { observed: pod([sandbox()], [seen({ name: 'web' })]) },
    expected: { kind: 'StopContainer', container: 'web', because: 'finished' },
  },
  // Starting.
  { it: 'asks for images first', snapshot: { images: new Map() }, expected: { kind: 'EnsureImage', container: 'web' } },
  {
    it: 'builds volumes while an image is pulled',
    snapshot: { images: new Map([['web', { state: 'pulling' }]]), volumes: 'missing' },
    expected: { kind: 'PrepareVolumes' },
  },
  { it: 'starts the sandbox', snapshot: {}, expected: { kind: 'StartSandbox', attempt: 0 } },
  {
    it: 'starts a sandbox that was only created',
    snapshot: { observed: pod([sandbox({ attempt: 3, state: 'created' })]) },
    expected: { kind: 'StartSandbox', attempt: 3 },
  },
  {
    it: 'starts a container',
    snapshot: { observed: pod([sandbox()]) },
    expected: { kind: 'StartContainer', container: 'web', attempt: 0, sandboxAttempt: 0 },
  },
  {
    it: 'waits for a pull',
    snapshot: { observed: pod([sandbox()]), images: new Map([['web', { state: 'pulling' }]]) },
    expected: { kind: 'Wait', untilMs: undefined },
  },
  {
    it: 'waits for the retry of a pull',
    snapshot: {
      observed: pod([sandbox()]),
      images: new Map([['web', { state: 'failed', reason: 'ErrImagePull', message: '', retryAtMs: nowMs + 7 }]]),
    },
    expected: { kind: 'Wait', untilMs: nowMs + 7 },
  },
  {
    it: 'asks again when the retry of a pull is due',
    snapshot: {
      observed: pod([sandbox()]),
      images: new Map([['web', { state: 'failed', reason: 'ErrImagePull', message: '', retryAtMs: nowMs }]]),
    },
    expected: { kind: 'EnsureImage' },
  },
  {
    it: 'rests when all is well',
    snapshot: { observed: pod([sandbox()], [seen({ name: 'web' })]) },
    expected: { kind: 'Wait', untilMs: undefined },
  },
  {
    it: 'starts a container that was only created',
    snapshot: { observed: pod([sandbox()], [seen({ name: 'web', attempt: 2, state: 'created' })]) },
    expected: { kind: 'StartContainer', attempt: 2 },
  },
  {
    it: 'removes a created container of another sandbox',
    snapshot: { observed: pod([sandbox({ attempt: 1 })], [seen({ name: 'web', state: 'created' })]) },
    expected: { kind: 'RemoveContainer', id: 'web-0' },
  },
  {
    it: 'starts one container while the image of another is pulled',
    desired: makePod('p', { containers: [makeContainer('slow'), makeContainer('web')] }),
    snapshot: {
      observed: pod([sandbox()]),
      images: new Map([
        ['slow', { state: 'pulling' }],
        ['web', { state: 'present', imageId: '', user: '' }],
      ]),
    },
    expected: { kind: 'StartContainer', container: 'web' },
  },
  {
    it: 'holds a container whose configuration failed',
    snapshot: {
      observed: pod([sandbox()]),
      failures: new Map([['web', { count: 1, reason: 'CreateContainerConfigError', message: '', retryAtMs: nowMs + 9 }]]),
    },
    expected: { kind: 'Wait', untilMs: nowMs + 9 },
  },
  {
    it: 'does not start on volumes that failed',
    snapshot: {
      volumes: 'missing',
      failures: new Map([['(volumes)', { count: 1, reason: 'FailedMount', message: '', retryAtMs: nowMs + 9 }]]),
    },
    expected: { kind: 'Wait', untilMs: nowMs + 9 },
  },
  {
    it: 'runs postStart',
    snapshot: { observed: pod([sandbox()], [seen({ name: 'web' })]), postStart: new Map([['web-0', 'pending']]) },
    expected: { kind: 'RunPostStart', id: 'web-0' },
  },
  // Init containers and sidecars.
  {
    it: 'starts the first init container',
    desired: withInit,
    snapshot: { observed: pod([sandbox()]) },
    expected: { kind: 'StartContainer', container: 'first' },
  },
  {
    it: 'waits for the first init container',
    desired: withInit,
    snapshot: { observed: pod([sandbox()], [seen({ name: 'first' })]) },
    expected: { kind: 'Wait' },
  },
  {
    it: 'starts the second init container after the first',
    desired: withInit,
    snapshot: { observed: pod([sandbox()], [seen({ name: 'first', state: 'exited' })]) },
    expected: { kind: 'StartContainer', container: 'second' },
  },
  {
    it: 'retries a failed init container',
    desired: withInit,
    snapshot: { observed: pod([sandbox()], [seen({ name: 'first', state: 'exited', exitCode: 1 })]) },
    expected: { kind: 'StartContainer', container: 'first', attempt: 1 },
  },
  {
    it: 'starts the containers after the init containers',
    desired: withInit,
    snapshot: {
      observed: pod([sandbox()], [seen({ name: 'first', state: 'exited' }), seen({ name: 'second', state: 'exited' })]),
    },
    expected: { kind: 'StartContainer', container: 'web' },
  },
  {
    it: 'repeats init containers in a new sandbox',
    desired: withInit,
    snapshot: {
      observed: pod(
        [sandbox({ attempt: 1 })],
        [seen({ name: 'first', state: 'exited' }), seen({ name: 'web', state: 'exited' })],
      ),
    },
    expected: { kind: 'StartContainer', container: 'first', attempt: 1 },
  },
  {
    it: 'does not repeat init containers for a restart',
    desired: withInit,
    snapshot: { observed: pod([sandbox()], [seen({ name: 'web', state: 'exited' })]) },
    expected: { kind: 'StartContainer', container: 'web', attempt: 1 },
  },
  {
    it: 'goes on once a sidecar has started',
    desired: withSidecar,
    snapshot: { observed: pod([sandbox()], [seen({ name: 'proxy' })]) },
    expected: { kind: 'StartContainer', container: 'setup' },
  },
  {
    it: 'waits for the startup probe of a sidecar',
    desired: withSidecar,
    snapshot: {
      observed: pod([sandbox()], [seen({ name: 'proxy' })]),
      probes: new Map([['proxy-0', { started: false, ready: false }]]),
    },
    expected: { kind: 'Wait' },
  },
  {
    it: 'restarts a sidecar',
    desired: withSidecar,
    snapshot: {
      observed: pod(
        [sandbox()],
        [seen({ name: 'proxy', state: 'exited' }), seen({ name: 'setup', state: 'exited' }), seen({ name: 'web' })],
      ),
    },
    expected: { kind: 'StartContainer', container: 'proxy', attempt: 1 },
  },
  // Restarts.
  {
    it: 'restarts at once the first time',
    snapshot: { observed: pod([sandbox()], [crashed(0)]) },
    expected: { kind: 'StartContainer', attempt: 1 },
  },
  {
    it: 'backs off for 10 s the second time',
    snapshot: { observed: pod([sandbox()], [crashed(1)]) },
    expected: { kind: 'Wait', untilMs: nowMs + 8_000 },
  },
  {
    it: 'doubles the back-off',
    snapshot: { observed: pod([sandbox()], [crashed(3)]) },
    expected: { kind: 'Wait', untilMs: nowMs + 38_000 },
  },
  {
    it: 'backs off for at most 5 min',
    snapshot: { observed: pod([sandbox()], [crashed(50)]) },
    expected: { kind: 'Wait', untilMs: nowMs + 298_000 },
  },
  {
    it: 'forgets failures after 10 min of running',
    snapshot: { observed: pod([sandbox()], [crashed(50, { startedAtMs: nowMs - 602_000 })]) },
    expected: { kind: 'StartContainer', attempt: 51 },
  },
  {
    it: 'counts failures from the base',
    snapshot: { observed: pod([sandbox()], [crashed(51)]), record: { startTimeMs: startMs, restartBase: { web: 51 } } },
    expected: { kind: 'StartContainer', attempt: 52 },
  },
  {
    it: 'restarts a failure under OnFailure',
    desired: onFailure,
    snapshot: { observed: pod([sandbox()], [crashed(0)]) },
    expected: { kind: 'StartContainer', attempt: 1 },
  },
  {
    it: 'finishes a success under OnFailure',
    desired: onFailure,
    snapshot: { observed: pod([sandbox()], [crashed(0, { exitCode: 0 })]) },
    expected: { kind: 'StopSandbox', attempt: 0 },
  },
  {
    it: 'finishes a failure under Never',
    desired: never,
    snapshot: { observed: pod([sandbox({ state: 'exited' })], [crashed(0)]) },
    expected: { kind: 'Wait', untilMs: undefined },
  },
  {
    it: 'stops a container of which liveness failed',
    snapshot: {
      observed: pod([sandbox()], [seen({ name: 'web' })]),
      probes: new Map([['web-0', { started: true, ready: false, failed: 'liveness' }]]),
    },
    expected: { kind: 'StopContainer', id: 'web-0', because: 'liveness', killAtMs: nowMs + 30_000 },
  },
  {
    it: 'does not begin a stop twice',
    snapshot: {
      observed: pod([sandbox()], [seen({ name: 'web' })]),
      stopping: new Map([['web-0', nowMs + 20_000]]),
      probes: new Map([['web-0', { started: true, ready: false, failed: 'liveness' }]]),
    },
    expected: { kind: 'Wait' },
  },
  {
    it: 'replaces a container whose image changed',
    snapshot: { observed: pod([sandbox()], [seen({ name: 'web', specHash: 'older' })]) },
    expected: { kind: 'StopContainer', because: 'changed' },
  },
  {
    it: 'restarts a changed container at once',
    snapshot: { observed: pod([sandbox()], [crashed(7, { specHash: 'older' })]) },
    expected: { kind: 'StartContainer', attempt: 8 },
  },
  {
    it: 'stops what runs in a dead sandbox',
    snapshot: { observed: pod([sandbox({ state: 'exited' })], [seen({ name: 'web' })]) },
    expected: { kind: 'StopContainer', because: 'sandbox' },
  },
  {
    it: 'replaces a dead sandbox',
    snapshot: { observed: pod([sandbox({ state: 'exited' })], [crashed(0)]) },
    expected: { kind: 'StartSandbox', attempt: 1 },
  },
  {
    it: 'replaces a sandbox that is gone',
    snapshot: { observed: pod([], [crashed(0)]) },
    expected: { kind: 'StartSandbox', attempt: 1 },
  },
  {
    it: 'stops an older attempt beside the newer',
    snapshot: { observed: pod([sandbox()], [seen({ name: 'web' }), seen({ name: 'web', attempt: 1 })]) },
    expected: { kind: 'StopContainer', id: 'web-0', because: 'surplus' },
  },
  // Garbage.
  {
    it: 'keeps one exited container for its logs',
    snapshot: { observed: pod([sandbox()], [crashed(0), seen({ name: 'web', attempt: 1 })]) },
    expected: { kind: 'Wait' },
  },
  {
    it: 'removes older exited containers',
    snapshot: { observed: pod([sandbox()], [crashed(0), crashed(1), seen({ name: 'web', attempt: 2 })]) },
    expected: { kind: 'RemoveContainer', id: 'web-0' },
  },
  {
    it: 'removes a dead sandbox that nothing is kept of',
    snapshot: {
      observed: pod([sandbox({ state: 'exited' }), sandbox({ attempt: 1 })], [seen({ name: 'web', sandboxAttempt: 1 })]),
    },
    expected: { kind: 'RemoveSandbox', attempt: 0 },
  },
  // The end.
  {
    it: 'stops a pod past its deadline',
    desired: makePod('p', { activeDeadlineSeconds: 5 }),
    snapshot: { observed: pod([sandbox()], [seen({ name: 'web' })]) },
    expected: { kind: 'StopContainer', because: 'finished' },
  },
  {
    it: 'waits for the deadline',
    desired: makePod('p', { activeDeadlineSeconds: 60 }),
    snapshot: { observed: pod([sandbox()], [seen({ name: 'web' })]) },
    expected: { kind: 'Wait', untilMs: startMs + 60_000 },
  },
  {
    it: 'never runs a finished pod again',
    snapshot: { record: { startTimeMs: startMs, restartBase: {}, outcome: { phase: 'Failed', reason: '', message: '' } } },
    expected: { kind: 'Wait', untilMs: undefined },
  },
  {
    it: 'stops the containers of a deleted pod',
    desired: deleted,
    snapshot: {
      observed: pod([sandbox()], [seen({ name: 'web' })]),
      record: { startTimeMs: startMs, restartBase: {}, stopSinceMs: nowMs - 4000 },
    },
    expected: { kind: 'StopContainer', killAtMs: nowMs + 26_000 },
  },
  {
    it: 'hastens a stop when the grace becomes shorter',
    desired: makePod('p', {}, { deletionTime: new Date(), deletionGracePeriodSeconds: 3 }),
    snapshot: { observed: pod([sandbox()], [seen({ name: 'web' })]), stopping: new Map([['web-0', nowMs + 25_000]]) },
    expected: { kind: 'StopContainer', killAtMs: nowMs + 3000 },
  },
  {
    it: 'stops sidecars after the others',
    desired: deletedSidecar,
    snapshot: {
      observed: pod([sandbox()], [seen({ name: 'a' }), seen({ name: 'b' }), seen({ name: 'web' })]),
      stopping: new Map([['web-0', nowMs]]),
    },
    expected: { kind: 'Wait' },
  },
  {
    it: 'stops the last sidecar first',
    desired: deletedSidecar,
    snapshot: { observed: pod([sandbox()], [seen({ name: 'a' }), seen({ name: 'b' })]) },
    expected: { kind: 'StopContainer', id: 'b-0' },
  },
  {
    it: 'removes the sandbox at once without grace',
    desired: makePod('p', {}, { deletionTime: new Date(), deletionGracePeriodSeconds: 0 }),
    snapshot: { observed: pod([sandbox()], [seen({ name: 'web' })]) },
    expected: { kind: 'RemoveSandbox' },
  },
  {
    it: 'removes the sandbox of a deleted pod',
    desired: deleted,
    snapshot: { observed: pod([sandbox()], [crashed(0)]) },
    expected: { kind: 'RemoveSandbox', attempt: 0 },
  },
  {
    it: 'removes containers without a sandbox',
    desired: deleted,
    snapshot: { observed: pod([], [crashed(0)]) },
    expected: { kind: 'RemoveContainer' },
  },
  { it: 'removes the files of a deleted pod', desired: deleted, snapshot: {}, expected: { kind: 'Teardown' } },
  { it: 'is done', desired: deleted, snapshot: { tornDown: true }, expected: { kind: 'Done' } },
  {
    it: 'stops a pod that is no longer assigned',
    snapshot: { removed: true, observed: pod([sandbox()], [seen({ name: 'web' })]) },
    expected: { kind: 'StopContainer', killAtMs: nowMs + 30_000 },
  },
];

describe('nextStep', () => {
  for (const row of rows) {
    it(row.it, () => {
      expect(nextStep(makeSnapshot(row.desired ?? web, row.snapshot))).to.deep.include(row.expected);
    });
  }

  it('stops a pod that nobody describes any more', () => {
    const step = nextStep(makeSnapshot(undefined, { observed: pod([sandbox()], [seen({ name: 'web' })]) }));
    expect(step).to.deep.include({ kind: 'StopContainer', killAtMs: nowMs + 2000 });
  });
});
