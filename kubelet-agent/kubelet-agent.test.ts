import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';
import { Registry } from 'prom-client';

import { systemClock } from '../lib/clock/clock.js';
import { silentLogger } from '../lib/log/logger.js';
import type { KubeletAgentConfig } from './config.js';
import { KubeletAgent } from './kubelet-agent.js';
import { makeAssignment } from './pod-workers/testing/builders.js';
import { FakeRuntime } from './runtime/fake/fake-runtime.js';
import { FakeNodePlane } from './session/testing/fake-node-plane.js';

describe('KubeletAgent', () => {
  const clock = systemClock;
  let plane: FakeNodePlane;
  let runtime: FakeRuntime;
  let dir: string;
  let running: { stop: AbortController; ended: Promise<unknown> };

  beforeEach(async () => {
    plane = await new FakeNodePlane().start();
    runtime = new FakeRuntime({ clock, images: ['web:1'] });
    dir = await mkdtemp(join(tmpdir(), 'kubelet-agent-'));
    running = await start();
  });
  afterEach(async () => {
    await stop();
    plane.stop();
    await rm(dir, { recursive: true, force: true });
  });

  async function start(): Promise<typeof running> {
    const config: KubeletAgentConfig = {
      nodeName: 'n1',
      server: plane.address,
      token: undefined,
      tokenFile: undefined,
      stateDir: dir,
      nodeIp: undefined,
      sharedHost: true,
      capacity: { pods: 10 },
      nodeLabels: { zone: 'a' },
      registerWithTaints: [],
      dockerHost: undefined,
      healthPort: 0,
      logLevel: 'info',
    };
    const mounts = { list: () => Promise.resolve([]), mountTmpfs: () => Promise.resolve(), unmount: () => Promise.resolve() };
    const createRuntime = () => Promise.resolve(runtime);
    const agent = new KubeletAgent({
      config,
      engine: runtime,
      createRuntime,
      mounts,
      metrics: new Registry(),
      clock,
      log: silentLogger,
    });
    await agent.restore();
    const stop = new AbortController();
    const { node, streams } = plane.clients();
    const ended = Promise.all([agent.run(stop.signal), agent.runSession(node, streams, stop.signal)]).finally(() => {
      node.close();
      streams.close();
    });
    return { stop, ended };
  }
  async function stop(): Promise<void> {
    running.stop.abort();
    await running.ended;
  }
  async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    const startedMs = clock.monotonic();
    while (!(await condition())) {
      if (clock.monotonic() - startedMs > 5_000) throw new Error(`not within 5 s: ${what}`);
      await clock.sleep(5);
    }
  }
  const runningPods = async (): Promise<string[]> => (await runtime.observe()).map(({ podName }) => podName).sort();

  it('registers, and is Ready with the first heartbeat', async () => {
    await until('a heartbeat', () => plane.heartbeats > 0);
    expect(plane.registrations[0]).to.deep.include({ nodeName: 'n1', labels: { zone: 'a' } });
    expect(plane.newestStatus?.conditions.find(({ type }) => type === 'Ready')).to.include({
      status: 'True',
      reason: 'KubeletReady',
    });
    expect(plane.newestStatus?.addresses[0]).to.deep.equal({ type: 'InternalIP', address: '10.244.1.1' });
    expect(plane.newestStatus?.capacity?.pods).to.equal(10);
  });

  it('runs what it is assigned, reports it, and removes it when told', async () => {
    plane.assign(makeAssignment('a'));
    await until('pod a ready', () => plane.isReady('a'));
    await until('its events', () => plane.events.some(({ reason }) => reason === 'Started'));
    plane.assign({ ...makeAssignment('a'), deletionTime: new Date(), deletionGracePeriodSeconds: 5 });
    await until('pod a stopped', () => plane.last('a')?.stopped === true);
    plane.remove('uid-a');
    await until(
      'its files gone',
      async () => (await readdir(join(dir, 'assignments'))).length === 0 && (await readdir(join(dir, 'records'))).length === 0,
    );
    expect(await runningPods()).to.deep.equal([]);
  });

  it('asks for everything again when it has missed a change', async () => {
    plane.assign(makeAssignment('a'));
    await until('pod a ready', () => plane.isReady('a'));
    plane.skipRevision();
    plane.assign(makeAssignment('b'));
    await until('pod b ready', () => plane.isReady('b'));
  });

  it('registers again when it is fenced, and repeats its statuses', async () => {
    plane.assign(makeAssignment('a'));
    await until('pod a ready', () => plane.isReady('a'));
    const before = plane.last('a')!.statusVersion;
    plane.fence();
    await until('the status again', () => plane.last('a')!.statusVersion > before);
    expect(plane.registrations).to.have.length.greaterThan(1);
    expect(runtime.calls.filter((call) => call.startsWith('startContainer'))).to.have.length(1);
  });

  it('keeps its pods while the control plane is away, and brings it up to date afterwards', async () => {
    plane.assign(makeAssignment('a'));
    await until('pod a ready', () => plane.isReady('a'));
    plane.stop();
    runtime.crash('uid-a', 'web');
    await until('a restart', () => runtime.calls.includes('startContainer web/1'));
    await plane.start();
    await until('the restart reported', () => plane.last('a')?.status?.containerStatuses[0]?.restartCount === 1);
  });

  it('runs its pods from disk when it restarts without a control plane', async () => {
    plane.assign(makeAssignment('a'));
    await until('pod a ready', () => plane.isReady('a'));
    const [file] = await readdir(join(dir, 'assignments'));
    expect((await stat(join(dir, 'assignments', file!))).mode & 0o777).to.equal(0o600);
    plane.stop();
    await stop();
    await runtime.removeEverything();
    running = await start();
    await until('pod a again', async () => (await runtime.observe('uid-a'))[0]?.containers[0]?.state === 'running');
  });

  it('removes what was taken away from it while it was down', async () => {
    plane.assign(makeAssignment('a'));
    plane.assign(makeAssignment('b'));
    await until('both ready', () => plane.isReady('a') && plane.isReady('b'));
    await stop();
    plane.remove('uid-a');
    running = await start();
    await until('only pod b', async () => (await runningPods()).join() === 'b');
  });

  it('starts over when it is given another place in the cluster', async () => {
    plane.assign(makeAssignment('a'));
    await until('pod a ready', () => plane.isReady('a'));
    plane.remove('uid-a');
    plane.clusterId = 'other';
    plane.podCidr = '10.244.7.0/24';
    plane.assign(makeAssignment('b'));
    plane.fence();
    await until('pod b in the new network', () => plane.last('b')?.status?.podIp === '10.244.7.2');
    expect(await runningPods()).to.deep.equal(['b']);
  });

  it('answers for the logs of its containers', async () => {
    runtime.behave('web', { output: ['first', 'second', 'third'] });
    plane.assign(makeAssignment('a'));
    await until('pod a ready', () => plane.isReady('a'));
    const ask = (options: object, containerName = 'web') =>
      plane.ask({
        podUid: 'uid-a',
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
            ...options,
          },
        },
      });
    expect(await ask({})).to.equal('first\nsecond\nthird\n');
    expect(await ask({ tailLines: 1 })).to.equal('third\n');
    const missing = await ask({ previous: true }).catch((error: unknown) => String(error));
    expect(missing).to.equal('Error: previous terminated container "web" in pod "a" not found');
    runtime.crash('uid-a', 'web');
    await until('a restart', () => runtime.calls.includes('startContainer web/1'));
    expect(await ask({ previous: true })).to.equal('first\nsecond\nthird\n');
  });
});
