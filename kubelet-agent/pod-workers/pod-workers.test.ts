import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { type PodAssignment, Probe } from '../../proto/gen/longshore/node/v1/pod.js';
import { FakeClock } from '../../lib/clock/fake-clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { FakeRuntime } from '../runtime/fake/fake-runtime.js';
import { makeAssignment, makeContainer } from './testing/builders.js';
import { FakeVolumeManager } from './testing/fake-volume-manager.js';
import { TestNode } from './testing/test-node.js';

describe('PodWorkers', () => {
  let clock: FakeClock;
  let runtime: FakeRuntime;
  let volumes: FakeVolumeManager;
  let dir: string;
  let node: TestNode;

  beforeEach(async () => {
    clock = new FakeClock();
    runtime = new FakeRuntime({ clock, images: ['web:1', 'web:2', 'log:1', 'setup:1', 'proxy:1'] });
    await runtime.ensurePodNetwork({ podCidr: '10.244.1.0/24' });
    volumes = new FakeVolumeManager();
    dir = await mkdtemp(join(tmpdir(), 'pod-workers-'));
    node = await new TestNode({ clock, runtime, volumes, dir }).start();
  });
  afterEach(async () => {
    await node.kill();
    await rm(dir, { recursive: true, force: true });
  });

  /** Lets promises and file writes settle without time passing, then `ms` go by. */
  async function pass(ms = 0): Promise<void> {
    for (let round = 0; round < 20; round += 1) await clock.advance(0);
    if (ms > 0) await clock.advance(ms);
    for (let round = 0; round < 20; round += 1) await clock.advance(0);
  }
  async function restart(): Promise<void> {
    await node.kill();
    node = await new TestNode({ clock, runtime, volumes, dir }).start();
  }
  const deleting = (assignment: PodAssignment, graceSeconds = 30): PodAssignment => ({
    ...assignment,
    deletionTime: new Date(clock.now()),
    deletionGracePeriodSeconds: graceSeconds,
  });

  it('starts a pod and reports it ready', async () => {
    node.assign(makeAssignment('a'));
    await pass();
    expect(runtime.calls).to.deep.equal(['startSandbox a/0', 'startContainer web/0']);
    expect(node.summary('a')).to.equal('Running web=running');
    expect(node.last('a')?.status).to.include({ podIp: '10.244.1.2', hostIp: '10.0.0.9' });
    expect(node.isReady('a')).to.equal(true);
    expect(node.reasons()).to.deep.equal(['Pulled', 'Created', 'Started']);
  });

  it('does nothing when nothing changes', async () => {
    node.assignAll(makeAssignment('a'));
    await pass();
    const [calls, reports] = [runtime.calls.length, node.reports.length];
    await pass(120_000);
    expect(runtime.calls).to.have.length(calls);
    expect(node.reports).to.have.length(reports);
  });

  it('runs init containers one after another, then the rest', async () => {
    runtime.behave('setup', { exitAfterMs: 1_000 });
    const initContainers = [makeContainer('setup'), makeContainer('proxy', { restartPolicy: 'Always' })];
    node.assign(makeAssignment('a', { initContainers, containers: [makeContainer('web'), makeContainer('log')] }));
    await pass();
    expect(node.summary('a')).to.equal('Pending setup=running proxy=PodInitializing web=PodInitializing log=PodInitializing');
    await pass(1_000);
    expect(node.summary('a')).to.equal('Running setup=Completed proxy=running web=running log=running');
    expect(runtime.calls).to.deep.equal([
      'startSandbox a/0',
      'startContainer setup/0',
      'startContainer proxy/0',
      'startContainer web/0',
      'startContainer log/0',
    ]);
  });

  it('does not let a slow pull delay other pods or containers', async () => {
    runtime.registry.addRemote('slow:1', { pullMs: 60_000 });
    node.assign(makeAssignment('a', { containers: [makeContainer('slow'), makeContainer('web')] }), makeAssignment('b'));
    await pass();
    expect(node.summary('a')).to.equal('Pending slow=ContainerCreating web=running');
    expect(node.isReady('b')).to.equal(true);
    await pass(60_000);
    expect(node.summary('a')).to.equal('Running slow=running web=running');
  });

  it('reports an image that cannot be pulled until it can', async () => {
    node.assign(makeAssignment('a', { containers: [makeContainer('absent')] }));
    await pass();
    expect(node.summary('a')).to.equal('Pending absent=ErrImagePull');
    await pass(3_000);
    expect(node.summary('a')).to.equal('Pending absent=ImagePullBackOff');
    const reported = new Set(
      node.reports
        .map(({ status }) => status?.containerStatuses[0]?.state?.state?.value)
        .map((value) => (value && 'reason' in value ? value.reason : '')),
    );
    expect([...reported]).to.deep.equal(['ContainerCreating', 'ErrImagePull', 'ImagePullBackOff']);
    runtime.registry.addRemote('absent:1');
    await pass(20_000);
    expect(node.summary('a')).to.equal('Running absent=running');
  });

  it('backs off a container that crashes, and says so', async () => {
    runtime.behave('web', { exitAfterMs: 100, exitCode: 3 });
    node.assign(makeAssignment('a'));
    await pass(300);
    expect(node.summary('a')).to.equal('Running web=CrashLoopBackOff');
    expect(node.last('a')?.status?.containerStatuses[0]?.restartCount).to.equal(1);
    await pass(100_000);
    expect(node.last('a')?.status?.containerStatuses[0]?.restartCount).to.equal(4);
    expect(node.reasons().filter((reason) => reason === 'BackOff')).to.have.length(4);
    expect((await runtime.observe())[0]?.containers).to.have.length(1);
  });

  it('finishes a pod, keeps its containers for their logs and frees its network', async () => {
    runtime.behave('web', { exitAfterMs: 100, exitCode: 0 });
    volumes.messages.set('web/0', 'all done');
    node.assign(makeAssignment('a', { restartPolicy: 'Never' }));
    await pass(200);
    expect(node.summary('a')).to.equal('Succeeded web=Completed');
    expect(node.last('a')?.status?.containerStatuses[0]?.state?.state?.value).to.include({ message: 'all done' });
    const [observed] = await runtime.observe();
    expect(observed?.sandboxes[0]?.state).to.equal('exited');
    expect(observed?.containers).to.have.length(1);
    await restart();
    node.assignAll(makeAssignment('a', { restartPolicy: 'Never' }));
    await pass(60_000);
    expect(node.summary('a')).to.equal('Succeeded web=Completed');
    expect(runtime.calls.filter((call) => call.startsWith('startContainer'))).to.have.length(1);
  });

  it('restarts a container of which liveness failed', async () => {
    const livenessProbe = { ...Probe.create({ periodSeconds: 1, failureThreshold: 2 }) };
    node.assign(makeAssignment('a', { containers: [makeContainer('web', { livenessProbe })] }));
    await pass(1_500);
    node.probe = { result: 'failure', message: 'dead' };
    await pass(1_500);
    node.probe = { result: 'success', message: '' };
    await pass(2_000);
    expect(runtime.calls).to.deep.equal([
      'startSandbox a/0',
      'startContainer web/0',
      'stopContainer web/0',
      'startContainer web/1',
    ]);
    expect(node.events.find(({ reason }) => reason === 'Killing')?.message).to.equal(
      'Container web failed liveness probe, will be restarted',
    );
    expect(node.isReady('a')).to.equal(true);
  });

  it('replaces a dead sandbox and everything in it', async () => {
    node.assign(makeAssignment('a'));
    await pass();
    runtime.crashSandbox('uid-a');
    await pass(2_000);
    expect(node.isReady('a')).to.equal(true);
    const [observed] = await runtime.observe();
    expect(
      observed?.containers.map(({ attempt, sandboxAttempt, state }) => `${attempt} in ${sandboxAttempt} ${state}`),
    ).to.deep.equal(['0 in 0 exited', '1 in 1 running']);
    expect(node.reasons()).to.include('SandboxChanged');
  });

  it('replaces a container whose image was changed in place', async () => {
    node.assign(makeAssignment('a'));
    await pass();
    node.assign(makeAssignment('a', { containers: [{ ...makeContainer('web'), image: 'web:2' }] }));
    await pass(2_000);
    expect(node.last('a')?.status?.containerStatuses[0]).to.include({ image: 'web:2', restartCount: 1, ready: true });
  });

  it('deletes a pod within its grace, and reports it stopped once', async () => {
    runtime.behave('web', { stopAfterMs: Infinity });
    const assignment = makeAssignment('a');
    node.assign(assignment);
    await pass();
    node.assign(deleting(assignment, 10));
    await pass(9_000);
    expect(node.last('a')?.stopped).to.equal(false);
    await pass(1_500);
    expect(node.last('a')).to.include({ stopped: true });
    expect(node.summary('a')).to.equal('Failed web=Error');
    expect(await runtime.observe()).to.deep.equal([]);
    expect(volumes.pods.size).to.equal(0);
    node.workers.remove(['uid-a']);
    await pass();
    expect(node.gone).to.deep.equal(['uid-a']);
  });

  it('counts the preStop hook in the grace', async () => {
    const preStop = { handler: { $case: 'sleep' as const, value: { seconds: 4 } } };
    const assignment = makeAssignment('a', { containers: [makeContainer('web', { preStop })] });
    node.assign(assignment);
    await pass();
    node.assign(deleting(assignment, 10));
    await pass(3_500);
    expect(runtime.calls).not.to.include('stopContainer web/0');
    await pass(1_000);
    expect(node.last('a')?.stopped).to.equal(true);
  });

  it('does not start a container before its configuration exists', async () => {
    const env = [{ name: 'KEY', source: { $case: 'configMapKey' as const, value: { name: 'c', key: 'k', optional: false } } }];
    const assignment = makeAssignment('a', { containers: [makeContainer('web', { env })] });
    node.assign(assignment);
    await pass();
    expect(node.summary('a')).to.equal('Pending web=CreateContainerConfigError');
    node.assign({ ...assignment, configMaps: [{ name: 'c', data: { k: Buffer.from('v') } }] });
    await pass();
    expect(node.isReady('a')).to.equal(true);
    expect(runtime.specOf('uid-a', 'web').env).to.deep.equal([{ name: 'KEY', value: 'v' }]);
  });

  it('brings volumes up to date with every new assignment, and every 30 s', async () => {
    node.assign(makeAssignment('a'));
    await pass();
    expect(volumes.prepared).to.equal(1);
    node.assign(makeAssignment('a'));
    await pass();
    expect(volumes.prepared).to.equal(1);
    node.assign({ ...makeAssignment('a'), configMaps: [{ name: 'c', data: { key: Buffer.from('new') } }] });
    await pass();
    expect(volumes.prepared).to.equal(2);
    await pass(60_000);
    expect(volumes.prepared).to.equal(4);
    expect(runtime.calls).to.have.length(2);
  });

  it('says what is wrong with a volume, and tries again', async () => {
    volumes.failure = 'MountVolume.SetUp failed for volume "c" : configmap "c" not found';
    node.assign(makeAssignment('a'));
    await pass();
    expect(node.events[1]).to.deep.include({ reason: 'FailedMount', message: volumes.failure });
    volumes.failure = undefined;
    await pass(1_000);
    expect(node.isReady('a')).to.equal(true);
  });

  it('waits for an engine that does not answer', async () => {
    runtime.setOutage(true);
    node.assign(makeAssignment('a'));
    await pass(20_000);
    runtime.setOutage(false);
    await pass(6_000);
    expect(node.isReady('a')).to.equal(true);
  });

  it('tries a sandbox again that could not be made', async () => {
    runtime.failNextSandbox(new LongshoreError('Internal', 'no more addresses'));
    node.assign(makeAssignment('a'));
    await pass(1_500);
    expect(node.reasons()).to.include('FailedCreatePodSandBox');
    expect(node.isReady('a')).to.equal(true);
  });

  it('starts four pods side by side, and finishes one before it begins another', async () => {
    runtime.delayStart('web', 1_000);
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    node.assign(...names.map((name) => makeAssignment(name)));
    await pass();
    expect(runtime.calls).to.deep.equal(['startSandbox a/0', 'startSandbox b/0', 'startSandbox c/0', 'startSandbox d/0']);
    await pass(1_000);
    await pass(1_000);
    expect(names.every((name) => node.isReady(name))).to.equal(true);
  });

  describe('after a restart of the agent', () => {
    it('adopts what runs: same containers, no restart, readiness unbroken', async () => {
      const readinessProbe = { ...Probe.create({ periodSeconds: 10, failureThreshold: 3 }) };
      const assignment = makeAssignment('a', { containers: [makeContainer('web', { readinessProbe })] });
      node.assign(assignment);
      await pass();
      const before = await runtime.observe();
      const lastVersion = node.last('a')!.statusVersion;
      await restart();
      node.assign(assignment);
      await pass(60_000);
      expect(await runtime.observe()).to.deep.equal(before);
      expect(
        node.reports.every(({ status }) => status?.conditions.find(({ type }) => type === 'Ready')?.status === 'True'),
      ).to.equal(true);
      expect(node.reports[0]!.statusVersion).to.be.greaterThan(lastVersion);
    });

    it('removes pods that are no longer assigned, after the first complete set only', async () => {
      node.assign(makeAssignment('a'), makeAssignment('b'));
      await pass();
      await restart();
      node.assign(makeAssignment('a'));
      await pass(40_000);
      expect(await runtime.observe()).to.have.length(2);
      node.assignAll(makeAssignment('a'));
      await pass(5_000);
      expect((await runtime.observe()).map(({ podName }) => podName)).to.deep.equal(['a']);
      expect([...volumes.pods]).to.deep.equal(['uid-a']);
    });

    it('keeps the back-off of a crashing container', async () => {
      runtime.behave('web', { exitAfterMs: 100, exitCode: 1 });
      node.assign(makeAssignment('a'));
      await pass(50_000);
      const count = runtime.calls.filter((call) => call.startsWith('startContainer')).length;
      await restart();
      node.assign(makeAssignment('a'));
      await pass(5_000);
      expect(runtime.calls.filter((call) => call.startsWith('startContainer'))).to.have.length(count);
      expect(node.summary('a')).to.equal('Running web=CrashLoopBackOff');
    });

    it('goes on with a deletion, within the same grace', async () => {
      runtime.behave('web', { stopAfterMs: Infinity });
      const assignment = makeAssignment('a');
      node.assign(assignment);
      await pass();
      const deleted = deleting(assignment, 20);
      node.assign(deleted);
      await pass(15_000);
      await restart();
      node.assign(deleted);
      await pass(5_500);
      expect(node.last('a')).to.include({ stopped: true });
    });
  });
});
