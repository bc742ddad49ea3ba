import { expect } from 'chai';

import type { PodStatus } from '../../proto/gen/longshore/node/v1/pod_status.js';
import type { DesiredPod } from '../pod-workers/desired-pod.js';
import { planPod } from '../pod-workers/pod-plan.js';
import type { PodSnapshot } from '../pod-workers/pod-snapshot.js';
import {
  makeContainer,
  makeCrashed as crashed,
  makeObserved as seen,
  makeObservedPod as pod,
  makePod,
  makeSandbox as sandbox,
  makeSnapshot,
  startMs,
} from '../pod-workers/testing/builders.js';
import { computeStatus } from './compute-status.js';
import { imageKey } from './container-status.js';

const nowMs = startMs + 5000;

function statusOf(
  desired: DesiredPod,
  overrides: Partial<PodSnapshot>,
  { previous, messages = {} }: { previous?: PodStatus; messages?: Record<string, string> } = {},
): PodStatus {
  const snapshot = makeSnapshot(desired, overrides);
  const facts = {
    terminationMessages: new Map(Object.entries(messages)),
    imageDigests: new Map([[imageKey({ image: 'web:1', imageId: 'sha256:web' }), 'web@sha256:abc']]),
  };
  return computeStatus({ desired, snapshot, plan: planPod(snapshot), facts, previous, hostIp: '10.0.0.9' });
}

/** "True" or "False (reason: message)" by type. */
function conditionsOf(status: PodStatus): Record<string, string> {
  return Object.fromEntries(
    status.conditions.map(({ type, status: value, reason, message }) => [
      type,
      [value, reason, message].filter((part) => part !== '').join(' '),
    ]),
  );
}

const web = makePod('p');
const onlyWeb = (status: PodStatus) => status.containerStatuses[0]!;

describe('computeStatus', () => {
  it('says that a new pod is being created', () => {
    const status = statusOf(web, {});
    expect(status.phase).to.equal('Pending');
    expect(onlyWeb(status).state?.state).to.deep.equal({ $case: 'waiting', value: { reason: 'ContainerCreating', message: '' } });
    expect(conditionsOf(status)).to.deep.equal({
      PodReadyToStartContainers: 'False',
      Initialized: 'True',
      Ready: 'False ContainersNotReady containers with unready status: [web]',
      ContainersReady: 'False ContainersNotReady containers with unready status: [web]',
    });
  });

  it('says that a running pod is ready', () => {
    const status = statusOf(web, { observed: pod([sandbox()], [seen({ name: 'web' })]) });
    expect(status).to.include({ phase: 'Running', podIp: '10.244.1.2', hostIp: '10.0.0.9' });
    expect(onlyWeb(status)).to.include({
      ready: true,
      started: true,
      restartCount: 0,
      imageId: 'docker-pullable://web@sha256:abc',
      containerId: 'docker://web-0',
    });
    expect(conditionsOf(status)).to.deep.equal({
      PodReadyToStartContainers: 'True',
      Initialized: 'True',
      Ready: 'True',
      ContainersReady: 'True',
    });
  });

  it('is not ready before the readiness probe says so', () => {
    const probe = { ...makeContainer('x').readinessProbe! };
    const probed = makePod('p', { containers: [makeContainer('web', { readinessProbe: probe })] });
    const observed = pod([sandbox()], [seen({ name: 'web' })]);
    expect(onlyWeb(statusOf(probed, { observed })).ready).to.equal(false);
    const probes = new Map([['web-0', { started: true, ready: true }]]);
    expect(onlyWeb(statusOf(probed, { observed, probes })).ready).to.equal(true);
  });

  it('names an image that cannot be pulled', () => {
    const status = statusOf(web, {
      observed: pod([sandbox()]),
      images: new Map([
        ['web', { state: 'failed', reason: 'ImagePullBackOff', message: 'Back-off pulling image "web:1"', retryAtMs: nowMs + 9 }],
      ]),
    });
    expect(onlyWeb(status).state?.state).to.deep.equal({
      $case: 'waiting',
      value: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "web:1"' },
    });
    expect(status.phase).to.equal('Pending');
  });

  it('names a configuration that cannot be used', () => {
    const failures = new Map([
      ['web', { count: 1, reason: 'CreateContainerConfigError', message: 'configmap "c" not found', retryAtMs: nowMs + 9 }],
    ]);
    const status = statusOf(web, { observed: pod([sandbox()]), failures });
    expect(onlyWeb(status).state?.state).to.deep.equal({
      $case: 'waiting',
      value: { reason: 'CreateContainerConfigError', message: 'configmap "c" not found' },
    });
  });

  it('shows a crash loop, with the last end', () => {
    const status = statusOf(web, { observed: pod([sandbox()], [crashed(4)]) }, { messages: { 'web-4': 'out of luck' } });
    expect(status.phase).to.equal('Running');
    expect(onlyWeb(status)).to.include({ ready: false, restartCount: 4 });
    expect(onlyWeb(status).state?.state).to.deep.equal({
      $case: 'waiting',
      value: { reason: 'CrashLoopBackOff', message: 'back-off 1m20s restarting failed container=web pod=p_default(uid-p)' },
    });
    expect(onlyWeb(status).lastState?.state?.value).to.include({ reason: 'Error', exitCode: 1, message: 'out of luck' });
  });

  it('shows the end of a container that is about to be restarted', () => {
    const status = statusOf(web, { observed: pod([sandbox()], [crashed(0)]) });
    expect(onlyWeb(status).state?.state?.value).to.include({ reason: 'Error' });
    expect(status.phase).to.equal('Running');
  });

  const ends: [string, object, string][] = [
    ['Completed', { exitCode: 0 }, 'Succeeded'],
    ['Error', { exitCode: 3 }, 'Failed'],
    ['OOMKilled', { exitCode: 137, oomKilled: true }, 'Failed'],
    ['ContainerCannotRun', { exitCode: 128, error: 'no such file' }, 'Failed'],
  ];
  for (const [reason, overrides, phase] of ends) {
    it(`calls an end ${reason}`, () => {
      const status = statusOf(makePod('p', { restartPolicy: 'Never' }), { observed: pod([sandbox()], [crashed(0, overrides)]) });
      expect(onlyWeb(status).state?.state?.value).to.include({ reason });
      expect(status.phase).to.equal(phase);
      expect(conditionsOf(status).Ready).to.equal(phase === 'Succeeded' ? 'False PodCompleted' : 'False PodFailed');
    });
  }

  it('waits for its init containers', () => {
    const desired = makePod('p', { initContainers: [makeContainer('first'), makeContainer('second')] });
    const status = statusOf(desired, {
      observed: pod([sandbox()], [seen({ name: 'first', state: 'exited' }), seen({ name: 'second' })]),
    });
    expect(status.phase).to.equal('Pending');
    expect(conditionsOf(status).Initialized).to.equal(
      'False ContainersNotInitialized containers with incomplete status: [second]',
    );
    expect(onlyWeb(status).state?.state?.value).to.include({ reason: 'PodInitializing' });
    expect(status.initContainerStatuses.map(({ ready }) => ready)).to.deep.equal([true, false]);
  });

  it('counts a sidecar among the containers that must be ready', () => {
    const desired = makePod('p', { initContainers: [makeContainer('proxy', { restartPolicy: 'Always' })] });
    const observed = pod([sandbox()], [seen({ name: 'proxy' }), seen({ name: 'web' })]);
    const probes = new Map([['proxy-0', { started: true, ready: false }]]);
    expect(conditionsOf(statusOf(desired, { observed, probes })).Ready).to.equal(
      'False ContainersNotReady containers with unready status: [proxy]',
    );
  });

  it('says why a pod was ended', () => {
    const desired = makePod('p', { activeDeadlineSeconds: 1 });
    const ending = statusOf(desired, { observed: pod([sandbox()], [seen({ name: 'web' })]) });
    expect(ending.phase).to.equal('Running');
    const ended = statusOf(desired, { observed: pod([sandbox()], [crashed(0)]) });
    expect(ended).to.include({ phase: 'Failed', reason: 'DeadlineExceeded' });
  });

  it('keeps what it said of containers that a deletion has removed', () => {
    const deleted = makePod('p', {}, { deletionTime: new Date(), deletionGracePeriodSeconds: 30 });
    const stopped = statusOf(deleted, { observed: pod([sandbox()], [crashed(0, { exitCode: 143 })]) });
    expect(stopped.phase).to.equal('Failed');
    const removed = statusOf(deleted, {}, { previous: stopped });
    expect(removed.phase).to.equal('Failed');
    expect(removed.containerStatuses).to.deep.equal(stopped.containerStatuses);
    expect(removed.podIp).to.equal('10.244.1.2');
  });

  it('does not change when nothing has, and keeps transition times', () => {
    const observed = pod([sandbox()], [seen({ name: 'web' })]);
    const first = statusOf(web, { observed });
    expect(statusOf(web, { observed, nowMs: nowMs + 60_000 }, { previous: first })).to.deep.equal(first);
    const later = statusOf(web, { observed: pod([sandbox()], [crashed(0)]), nowMs: nowMs + 60_000 }, { previous: first });
    const ready = later.conditions.find(({ type }) => type === 'Ready');
    expect(ready?.lastTransitionTime?.getTime()).to.equal(nowMs + 60_000);
    expect(later.conditions.find(({ type }) => type === 'Initialized')?.lastTransitionTime?.getTime()).to.equal(nowMs);
  });
});
