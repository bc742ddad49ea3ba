import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';
import Docker from 'dockerode';

import { systemClock } from '../../../lib/clock/clock.js';
import { isReady, statusOf } from '../../support/pod-watch.js';
import { busybox, container, pod, readEvents, type Scene, waits } from './scene.js';

/** Probes, hooks, the end of a pod, and the agent's own end. */
export function describeLife(scene: () => Scene): void {
  let journal: string;

  before(async () => {
    journal = await mkdtemp(join(tmpdir(), 'longshore-journal-'));
    await new Docker().getImage(busybox).tag({ repo: 'longshore-test/busybox', tag: 'changed' });
    await scene().user.apply(...probed, ...hooked(journal));
  });
  after(async () => {
    await rm(journal, { recursive: true, force: true });
    // The pod that runs from it may still be there: only the name goes.
    await new Docker().getImage(changed).remove({ force: true });
  });

  for (const kind of ['exec', 'http', 'tcp']) {
    it(`finds a pod ready by ${kind}, not before it is`, async () => {
      const found = await scene().pods.until(`ready-${kind}`, isReady);
      const startedMs = Date.parse(statusOf(found)?.state?.running?.startedAt ?? '');
      const readyMs = Date.parse(found.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? '');
      expect(readyMs - startedMs).to.be.within(1_000, 5_000);
      expect(statusOf(found)?.restartCount).to.equal(0);
    });
  }

  it('restarts what is not alive', async () => {
    await scene().pods.until('unwell', (found) => statusOf(found)?.restartCount === 1 && isReady(found));
    const events = await readEvents(scene(), 'unwell');
    expect(events).to.include('Killing: Container web failed liveness probe, will be restarted');
    expect(events.some((event) => event.startsWith('Unhealthy: Liveness probe failed: '))).to.equal(true);
  });

  it('asks for nothing else before the startup probe has passed', async () => {
    const found = await scene().pods.until('starting', isReady);
    expect(statusOf(found)).to.include({ restartCount: 0, started: true });
  });

  it('runs the hooks of a container, and stops it within its grace', async () => {
    await scene().pods.until('hooked', isReady);
    await scene().user.kubectl('delete', 'pod', 'hooked');
    expect(await readFile(join(journal, 'hooked'), 'utf8')).to.equal('started\nstopping\nterminated\n');
  });

  it('kills what does not stop when its grace is over', async () => {
    await scene().pods.until('stubborn', isReady);
    const startedMs = systemClock.monotonic();
    await scene().user.kubectl('delete', 'pod', 'stubborn');
    expect(systemClock.monotonic() - startedMs).to.be.within(1_800, 6_000);
  });

  it('replaces a container of which the image is changed, and nothing else of the pod', async () => {
    const before = await scene().pods.until('changing', isReady);
    await scene().user.kubectl('set', 'image', 'pod/changing', `web=${changed}`);
    const after = await scene().pods.until('changing', (found) => isReady(found) && statusOf(found, 'web')?.image === changed);
    expect(statusOf(after, 'web')?.restartCount).to.equal(1);
    expect(statusOf(after, 'other')?.containerID).to.equal(statusOf(before, 'other')?.containerID);
    expect(after.status?.podIP).to.equal(before.status?.podIP);
  });

  it('adopts what runs when the agent is killed and started again', async () => {
    const names = ['changing', 'ready-http', 'starting'];
    const containers = () =>
      Promise.all(
        names.map(async (name) => {
          const found = await scene().pods.until(name, Boolean);
          return (found.status?.containerStatuses ?? []).map(
            ({ containerID, restartCount }) => `${containerID ?? ''} ${restartCount}`,
          );
        }),
      );
    const before = await containers();
    const { user, pods } = scene();
    await user.cluster.node(1).killKubeletAgent();
    await user.cluster.node(1).start();
    await user.apply(pod('after', { containers: [container('web', waits)] }));
    await pods.until('after', isReady);
    expect(await containers()).to.deep.equal(before);
    for (const name of names) await pods.until(name, isReady);
  });
}

/** Another name of busybox. */
const changed = 'longshore-test/busybox:changed';

const late = `sleep 1.2; touch /tmp/ready; mkdir /www; echo ok > /www/index.html; httpd -p 8080 -h /www; ${waits}`;
const every = { periodSeconds: 1, failureThreshold: 1 };

const probed = [
  ...Object.entries({
    exec: { exec: { command: ['test', '-f', '/tmp/ready'] } },
    http: { httpGet: { path: '/index.html', port: 'web' } },
    tcp: { tcpSocket: { port: 8080 } },
  }).map(([kind, handler]) =>
    pod(`ready-${kind}`, {
      containers: [
        container('web', late, { ports: [{ name: 'web', containerPort: 8080 }], readinessProbe: { ...handler, ...every } }),
      ],
    }),
  ),
  pod('unwell', {
    volumes: [{ name: 'data', emptyDir: {} }],
    containers: [
      container('web', `test -f /data/ran && touch /tmp/alive; touch /data/ran; ${waits}`, {
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
        livenessProbe: { exec: { command: ['test', '-f', '/tmp/alive'] }, ...every, initialDelaySeconds: 1 },
      }),
    ],
  }),
  pod('starting', {
    containers: [
      container('web', late, {
        startupProbe: { exec: { command: ['test', '-f', '/tmp/ready'] }, periodSeconds: 1, failureThreshold: 30 },
        livenessProbe: { exec: { command: ['test', '-f', '/tmp/ready'] }, ...every },
      }),
    ],
  }),
  pod('changing', { containers: [container('web', waits), container('other', waits)] }),
];

const hooked = (journal: string) => [
  pod('hooked', {
    terminationGracePeriodSeconds: 10,
    volumes: [{ name: 'journal', hostPath: { path: journal } }],
    containers: [
      container('web', "trap 'echo terminated >> /journal/hooked; exit 0' TERM; while :; do sleep 0.1; done", {
        volumeMounts: [{ name: 'journal', mountPath: '/journal' }],
        lifecycle: {
          postStart: { exec: { command: ['sh', '-c', 'echo started >> /journal/hooked'] } },
          preStop: { exec: { command: ['sh', '-c', 'sleep 0.5; echo stopping >> /journal/hooked'] } },
        },
      }),
    ],
  }),
  pod('stubborn', {
    terminationGracePeriodSeconds: 2,
    containers: [container('web', "trap '' TERM; while :; do sleep 0.1; done")],
  }),
];
