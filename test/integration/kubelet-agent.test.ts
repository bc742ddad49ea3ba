import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect } from 'chai';

import { cleanup } from '../../kubelet-agent/cleanup.js';
import { makeAssignment, makeContainer } from '../../kubelet-agent/pod-workers/testing/builders.js';
import { DockerRuntime } from '../../kubelet-agent/runtime/docker/docker-runtime.js';
import { FakeNodePlane } from '../../kubelet-agent/session/testing/fake-node-plane.js';
import { mountRunner } from '../../kubelet-agent/volumes/mount-runner.js';
import { systemClock as clock } from '../../lib/clock/clock.js';
import { silentLogger as log } from '../../lib/log/logger.js';
import { type Container, type PodAssignment, type PodSpec, Probe, Volume } from '../../proto/gen/longshore/node/v1/pod.js';
import { ensureTestImage } from '../support/images.js';

const nodeName = 'kubelet-test';
const clusterId = 'kubelet-agent-test';
const waits = "trap 'exit 0' TERM; while :; do sleep 0.05; done";

describe('kubelet agent on Docker', function () {
  this.timeout(60_000);
  let plane: FakeNodePlane;
  let dir: string;
  let image: string;
  let runtime: DockerRuntime;
  let agent: ChildProcess;

  before(async () => {
    image = await ensureTestImage('busybox');
    dir = await mkdtemp(join(tmpdir(), 'kubelet-agent-'));
    plane = new FakeNodePlane();
    plane.clusterId = clusterId;
    plane.podCidr = '10.251.9.0/24';
    await plane.start();
    runtime = await DockerRuntime.create({ clusterId, nodeName, clock, log });
    agent = start();
    await until('a heartbeat', () => plane.heartbeats > 0);
  });
  after(async () => {
    await kill();
    plane.stop();
    const createRuntime = (id: string) => DockerRuntime.create({ clusterId: id, nodeName, clock, log });
    await cleanup({ stateDir: dir, clusterId: undefined, keepIdentity: false, createRuntime, mounts: mountRunner, log });
    expect(await runtime.observe()).to.deep.equal([]);
    await rm(dir, { recursive: true, force: true });
  });

  function start(): ChildProcess {
    const script = join(import.meta.dirname, '..', 'support', 'kubelet-agent-process.ts');
    return spawn(process.execPath, ['--import', 'tsx', script, plane.address, nodeName, dir], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  }
  async function kill(): Promise<void> {
    if (agent.exitCode !== null || agent.signalCode !== null) return;
    const ended = once(agent, 'exit');
    agent.kill('SIGKILL');
    await ended;
  }
  async function until(what: string, condition: () => boolean | Promise<boolean>, seconds = 20): Promise<void> {
    const endMs = clock.monotonic() + seconds * 1000;
    while (!(await condition())) {
      if (clock.monotonic() > endMs) throw new Error(`not within ${seconds} s: ${what}`);
      await sleep(20);
    }
  }
  const container = (name: string, script: string, overrides: Partial<Container> = {}): Container =>
    makeContainer(name, { image, command: ['sh', '-c', script], terminationMessagePath: '/dev/termination-log', ...overrides });
  const pod = (name: string, spec: Partial<PodSpec>): PodAssignment => makeAssignment(name, spec);
  const exec = (seconds: number, ...command: string[]): Probe => ({
    ...Probe.create({ periodSeconds: seconds, timeoutSeconds: 5, failureThreshold: 1, successThreshold: 1 }),
    handler: { $case: 'exec', value: { command } },
  });
  const statusOf = (name: string, index = 0) => plane.last(name)?.status?.containerStatuses[index];
  const reasonOf = (name: string) => {
    const value = statusOf(name)?.state?.state?.value;
    return value && 'reason' in value ? value.reason : undefined;
  };
  const log_ = (podUid: string, containerName: string) =>
    plane.ask({
      podUid,
      containerName,
      request: {
        $case: 'logs',
        value: {
          follow: false,
          previous: false,
          timestamps: false,
          tailLines: undefined,
          limitBytes: undefined,
          since: undefined,
        },
      },
    });
  async function remove(assignment: PodAssignment, graceSeconds = 0): Promise<void> {
    const { name = '', uid = '' } = assignment.pod ?? {};
    plane.assign({ ...assignment, deletionTime: new Date(), deletionGracePeriodSeconds: graceSeconds });
    await until(`pod ${name} stopped`, () => plane.last(name)?.stopped === true);
    plane.remove(uid);
    await until(`pod ${name} gone`, async () => (await runtime.observe(uid)).length === 0);
  }

  it('runs a pod with init containers, volumes and environment', async () => {
    const mount = { name: 'data', mountPath: '/data', readOnly: false, subPath: '', subPathExpr: '', mountPropagation: '' };
    const configMount = { ...mount, name: 'config', mountPath: '/config', readOnly: true };
    const secretMount = { ...mount, name: 'secret', mountPath: '/secret', readOnly: true };
    const assignment: PodAssignment = {
      ...pod('full', {
        initContainers: [
          container('first', 'echo one > /data/file', { volumeMounts: [mount] }),
          container('second', 'echo two >> /data/file', { volumeMounts: [mount] }),
        ],
        containers: [
          container('web', `cat /data/file /config/key /secret/word; echo "$GREETING on $NODE"; hostname; ${waits}`, {
            volumeMounts: [mount, configMount, secretMount],
            env: [
              { name: 'WHO', source: { $case: 'configMapKey', value: { name: 'c', key: 'who', optional: false } } },
              { name: 'GREETING', source: { $case: 'value', value: 'hello $(WHO)' } },
              { name: 'NODE', source: { $case: 'field', value: { fieldPath: 'spec.nodeName' } } },
            ],
          }),
        ],
        volumes: [
          { ...Volume.create(), name: 'data', source: { $case: 'emptyDir', value: { medium: '', sizeLimitBytes: 0 } } },
          {
            ...Volume.create(),
            name: 'config',
            source: { $case: 'configMap', value: { name: 'c', items: [], defaultMode: 0o644, optional: false } },
          },
          {
            ...Volume.create(),
            name: 'secret',
            source: { $case: 'secret', value: { secretName: 's', items: [], defaultMode: 0o600, optional: false } },
          },
        ],
      }),
      configMaps: [{ name: 'c', data: { key: Buffer.from('value\n'), who: Buffer.from('world') } }],
      secrets: [{ name: 's', type: 'Opaque', data: { word: Buffer.from('hush\n') } }],
    };
    plane.assign(assignment);
    await until('ready', () => plane.isReady('full'));
    let output = '';
    await until('its output', async () => (output = await log_('uid-full', 'web')).split('\n').length > 6);
    expect(output).to.equal('one\ntwo\nvalue\nhush\nhello world on kubelet-test\nfull\n');
    expect(plane.last('full')?.status?.podIp).to.match(/^10\.251\.9\./);
    await remove(assignment, 5);
  });

  it('starts a pod in the time that the engine needs, and says so at once', async () => {
    const times: number[] = [];
    for (const name of ['quick-1', 'quick-2', 'quick-3']) {
      const assignment = pod(name, { containers: [container('web', waits)] });
      const startedMs = clock.monotonic();
      plane.assign(assignment);
      await until('ready', () => plane.isReady(name));
      times.push(Math.round(clock.monotonic() - startedMs));
      await remove(assignment);
    }
    process.stdout.write(`      assigned to Ready: ${times.join(', ')} ms\n`);
    expect(Math.min(...times)).to.be.below(2_000);
  });

  it('probes, and restarts what is not alive', async () => {
    const script = `touch /tmp/alive; sleep 1; touch /tmp/ready; ${waits}`;
    const assignment = pod('probed', {
      containers: [
        container('web', script, {
          readinessProbe: exec(1, 'test', '-f', '/tmp/ready'),
          livenessProbe: exec(1, 'test', '-f', '/tmp/alive'),
        }),
      ],
    });
    plane.assign(assignment);
    await until('running', () => statusOf('probed')?.started === true);
    expect(plane.isReady('probed')).to.equal(false);
    await until('ready', () => plane.isReady('probed'));
    const [observed] = await runtime.observe('uid-probed');
    await runtime.exec(observed!.containers[0]!.id, ['rm', '/tmp/alive'], 5_000);
    await until('restarted and ready', () => plane.isReady('probed') && statusOf('probed')?.restartCount === 1);
    await until('the event', () =>
      plane.events.some(({ message }) => message === 'Container web failed liveness probe, will be restarted'),
    );
    await remove(assignment);
  });

  it('backs off a container that crashes, and keeps what it said last', async () => {
    const assignment = pod('crashing', { containers: [container('web', 'echo sorry > /dev/termination-log; exit 4')] });
    plane.assign(assignment);
    await until('a crash loop', () => reasonOf('crashing') === 'CrashLoopBackOff');
    expect(statusOf('crashing')).to.include({ restartCount: 1 });
    expect(statusOf('crashing')?.lastState?.state?.value).to.include({ exitCode: 4, reason: 'Error', message: 'sorry\n' });
    await remove(assignment);
  });

  it('says why a container cannot run', async () => {
    const assignment = pod('broken', { containers: [makeContainer('web', { image, command: ['/no/such/file'] })] });
    plane.assign(assignment);
    await until('a reason', () =>
      ['ContainerCannotRun', 'CrashLoopBackOff', 'RunContainerError', 'CreateContainerError'].includes(reasonOf('broken') ?? ''),
    );
    await remove(assignment);
  });

  it('finishes a pod that is to run once', async () => {
    const assignment = pod('once', { restartPolicy: 'Never', containers: [container('web', 'echo done')] });
    plane.assign(assignment);
    await until('the end', () => plane.last('once')?.status?.phase === 'Succeeded');
    expect(await log_('uid-once', 'web')).to.equal('done\n');
    await remove(assignment);
  });

  it('gives a pod its grace, and no more', async () => {
    const kind = pod('kind', { containers: [container('web', waits)] });
    const stubborn = pod('stubborn', { containers: [container('web', "trap '' TERM; while :; do sleep 0.1; done")] });
    plane.assign(kind);
    plane.assign(stubborn);
    await until('both ready', () => plane.isReady('kind') && plane.isReady('stubborn'));
    const startedMs = clock.monotonic();
    await Promise.all([remove(kind, 30), remove(stubborn, 3)]);
    expect(clock.monotonic() - startedMs).to.be.within(2_900, 8_000);
    const end = (name: string) => statusOf(name)?.state?.state?.value;
    expect(end('kind')).to.include({ exitCode: 0 });
    expect(end('stubborn')).to.include({ exitCode: 137 });
  });

  it('is killed, and adopts what runs', async () => {
    const assignment = pod('adopted', {
      containers: [container('web', `touch /tmp/ready; ${waits}`, { readinessProbe: exec(2, 'test', '-f', '/tmp/ready') })],
    });
    plane.assign(assignment);
    await until('ready', () => plane.isReady('adopted'));
    const idsOf = async () =>
      (await runtime.observe('uid-adopted')).flatMap((seen) => [...seen.sandboxes, ...seen.containers].map(({ id }) => id));
    const before = await idsOf();
    for (let round = 0; round < 2; round += 1) {
      await kill();
      const reported = plane.reports.length;
      const registered = plane.registrations.length;
      agent = start();
      await until('registered again', () => plane.registrations.length > registered);
      await until('reported again', () => plane.reports.slice(reported).some(({ name }) => name === 'adopted'));
      const fresh = plane.reports.slice(reported).filter(({ name }) => name === 'adopted');
      expect(
        fresh.every(
          ({ status }) => status?.containerStatuses[0]?.ready === true && status.containerStatuses[0].restartCount === 0,
        ),
      ).to.equal(true);
      expect(await idsOf()).to.deep.equal(before);
    }
    await remove(assignment);
  });

  it('is killed in the middle of starting pods, and starts each container once', async () => {
    const pods = Array.from({ length: 6 }, (_, index) => pod(`burst-${index}`, { containers: [container('web', waits)] }));
    for (const assignment of pods) plane.assign(assignment);
    await sleep(700);
    await kill();
    agent = start();
    await until('all ready', () => pods.every(({ pod: identity }) => plane.isReady(identity?.name ?? '')), 40);
    const observed = (await runtime.observe()).filter(({ podName }) => podName.startsWith('burst-'));
    expect(observed).to.have.length(6);
    for (const { sandboxes, containers } of observed) {
      expect(sandboxes.map(({ attempt }) => attempt)).to.deep.equal([0]);
      expect(containers.map(({ attempt, state }) => `${attempt} ${state}`)).to.deep.equal(['0 running']);
    }
    await Promise.all(pods.map((assignment) => remove(assignment)));
  });

  it('runs its pods while the control plane is away', async () => {
    const assignment = pod('alone', { containers: [container('web', waits)] });
    plane.assign(assignment);
    await until('ready', () => plane.isReady('alone'));
    plane.stop();
    await kill();
    await runtime.removeSandbox('uid-alone', 0);
    agent = start();
    await until('it runs again', async () => (await runtime.observe('uid-alone'))[0]?.containers[0]?.state === 'running');
    await plane.start();
    await remove(assignment);
  });
});
