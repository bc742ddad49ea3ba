import { expect } from 'chai';

import { isReady, reasonOf, statusOf } from '../../support/pod-watch.js';
import { container, pod, readEvents, readLogs, readStatusColumn, type Scene, waits } from './scene.js';

/** How pods end, and how they are started again. */
export function describeEnds(scene: () => Scene): void {
  const marker = { volumes: [{ name: 'data', emptyDir: {} }] };
  const marked = { volumeMounts: [{ name: 'data', mountPath: '/data' }] };
  const onceOnly = 'test -f /data/ran && exit 0; touch /data/ran; exit 5';

  before(() =>
    scene().user.apply(
      pod('completed', { restartPolicy: 'Never', containers: [container('web', 'echo done')] }),
      pod('failed', {
        restartPolicy: 'Never',
        containers: [container('web', 'echo sorry > /dev/termination-log; exit 3'), container('well', 'exit 0')],
      }),
      pod('retried', { restartPolicy: 'OnFailure', ...marker, containers: [container('web', onceOnly, marked)] }),
      pod('crashing', { containers: [container('web', 'echo attempt; exit 4')] }),
      pod('restless', { containers: [container('web', 'exit 0')] }),
      pod('greedy', {
        restartPolicy: 'Never',
        containers: [container('web', 'tail /dev/zero', { resources: { limits: { memory: '16Mi' } } })],
      }),
      pod('slow', { activeDeadlineSeconds: 1, containers: [container('web', waits)] }),
      pod('no-program', { restartPolicy: 'Never', containers: [{ ...container('web', ''), command: ['/no/such/program'] }] }),
      pod('ordered', {
        ...marker,
        initContainers: [
          container('first', 'echo first >> /data/log', marked),
          container('sidecar', `echo sidecar >> /data/log; sleep 0.5; touch /data/up; ${waits}`, {
            ...marked,
            restartPolicy: 'Always',
            startupProbe: { exec: { command: ['test', '-f', '/data/up'] }, periodSeconds: 1 },
          }),
          container('second', 'test -f /data/up && echo second >> /data/log', marked),
        ],
        containers: [container('web', `cat /data/log; ${waits}`, marked)],
      }),
      pod('helped', {
        restartPolicy: 'Never',
        initContainers: [container('sidecar', waits, { restartPolicy: 'Always' })],
        containers: [container('web', 'echo done')],
      }),
      pod('init-fails', {
        restartPolicy: 'Never',
        initContainers: [container('first', 'exit 6')],
        containers: [container('web', waits)],
      }),
      pod('init-crashes', { initContainers: [container('first', 'exit 6')], containers: [container('web', waits)] }),
    ),
  );

  it('calls a pod that has done its work Completed', async () => {
    const found = await scene().pods.until('completed', (seen) => seen?.status?.phase === 'Succeeded');
    expect(statusOf(found)?.state?.terminated).to.include({ reason: 'Completed', exitCode: 0 });
    const conditions = Object.fromEntries((found.status?.conditions ?? []).map(({ type, ...rest }) => [type, rest]));
    expect(conditions['Ready']).to.include({ status: 'False', reason: 'PodCompleted' });
    expect(conditions['Initialized']).to.include({ status: 'True', reason: 'PodCompleted' });
    expect(conditions['PodScheduled']).to.include({ status: 'True' });
    expect(await readStatusColumn(scene(), 'completed')).to.equal('Completed');
    expect(await readLogs(scene(), 'completed')).to.equal('done\n');
  });

  it('calls one that failed Error, with what it left to say', async () => {
    const found = await scene().pods.until('failed', (seen) => seen?.status?.phase === 'Failed');
    expect(statusOf(found)?.state?.terminated).to.include({ reason: 'Error', exitCode: 3, message: 'sorry\n' });
    expect(await readStatusColumn(scene(), 'failed')).to.equal('Error');
  });

  it('calls one that was too large OOMKilled', async () => {
    const found = await scene().pods.until('greedy', (seen) => seen?.status?.phase === 'Failed');
    expect(statusOf(found)?.state?.terminated).to.include({ reason: 'OOMKilled', exitCode: 137 });
    expect(await readStatusColumn(scene(), 'greedy')).to.equal('OOMKilled');
  });

  it('ends a pod at its deadline', async () => {
    const found = await scene().pods.until('slow', (seen) => seen?.status?.phase === 'Failed');
    expect(found.status).to.include({ reason: 'DeadlineExceeded' });
  });

  it('says that there is no such program', async () => {
    const found = await scene().pods.until('no-program', (seen) => seen?.status?.phase === 'Failed');
    expect(statusOf(found)?.state?.terminated?.reason).to.equal('ContainerCannotRun');
    expect(statusOf(found)?.state?.terminated?.message).to.contain('/no/such/program');
  });

  it('starts a container again on failure, until it succeeds', async () => {
    const found = await scene().pods.until('retried', (seen) => seen?.status?.phase === 'Succeeded');
    expect(statusOf(found)).to.include({ restartCount: 1 });
  });

  it('backs off from a container that crashes, and keeps what it said before', async () => {
    const found = await scene().pods.until('crashing', (seen) => reasonOf(seen) === 'CrashLoopBackOff');
    expect(statusOf(found)?.state?.waiting?.message).to.match(
      /^back-off 10s restarting failed container=web pod=crashing_default\(.+\)$/,
    );
    expect(statusOf(found)?.lastState?.terminated).to.include({ reason: 'Error', exitCode: 4 });
    await scene().pods.until('crashing', (seen) => (statusOf(seen)?.restartCount ?? 0) >= 2);
    expect(await readLogs(scene(), 'crashing', '--previous')).to.equal('attempt\n');
    expect((await readEvents(scene(), 'crashing')).join('\n')).to.match(
      /BackOff: Back-off restarting failed container web in pod/,
    );
    expect(await readStatusColumn(scene(), 'crashing')).to.be.oneOf(['CrashLoopBackOff', 'Error']);
  });

  it('backs off from one that ends well but should run', async () => {
    const found = await scene().pods.until('restless', (seen) => reasonOf(seen) === 'CrashLoopBackOff');
    expect(statusOf(found)?.lastState?.terminated).to.include({ reason: 'Completed', exitCode: 0 });
  });

  it('runs init containers in order, and a sidecar beside what comes after it', async () => {
    const found = await scene().pods.until('ordered', isReady);
    expect(await readLogs(scene(), 'ordered', '-c', 'web')).to.equal('first\nsidecar\nsecond\n');
    expect(statusOf(found, 'sidecar')).to.include({ ready: true, started: true });
    expect(reasonOf(found, 'first')).to.equal('Completed');
    expect((await scene().user.kubectl('get', 'pod', 'ordered', '--no-headers')).split(/\s+/)[1]).to.equal('2/2');
    await scene().pods.until('helped', (seen) => seen?.status?.phase === 'Succeeded');
  });

  it('does not start a pod of which an init container failed', async () => {
    const found = await scene().pods.until('init-fails', (seen) => seen?.status?.phase === 'Failed');
    expect(reasonOf(found, 'web')).to.equal('PodInitializing');
    expect(await readStatusColumn(scene(), 'init-fails')).to.equal('Init:Error');
    await scene().pods.until('init-crashes', (seen) => reasonOf(seen, 'first') === 'CrashLoopBackOff');
    expect(await readStatusColumn(scene(), 'init-crashes')).to.equal('Init:CrashLoopBackOff');
  });
}
