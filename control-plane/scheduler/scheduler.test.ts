import { expect } from 'chai';
import { systemClock } from '../../lib/clock/clock.js';
import { FakeClock } from '../../lib/clock/fake-clock.js';
import { silentLogger } from '../../lib/log/logger.js';
import type { Pod } from '../../lib/kubernetes/types/core-v1.js';
import type { ResourceClient } from '../resources/client.js';
import { FakeCluster, makeNode, makePod } from './fake-cluster.js';
import { Scheduler } from './scheduler.js';

describe('Scheduler', () => {
  let clock: FakeClock;
  let cluster: FakeCluster;
  let scheduler: Scheduler;
  let stop: AbortController;
  let running: Promise<void>;

  const start = (useClock: FakeClock | typeof systemClock = clock): void => {
    stop = new AbortController();
    scheduler = new Scheduler({
      clock: useClock,
      log: silentLogger,
      pods: { client: cluster.client as ResourceClient<Pod>, informer: cluster.pods },
      nodes: { informer: cluster.nodes },
      events: cluster.events,
      random: () => 0,
    });
    running = scheduler.run(stop.signal);
  };

  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve));
  };

  const condition = (name: string): unknown => cluster.get(name)?.status?.conditions?.find(({ type }) => type === 'PodScheduled');

  beforeEach(() => {
    clock = new FakeClock();
    cluster = new FakeCluster();
  });

  afterEach(async () => {
    stop.abort();
    await running;
    expect(clock.pending, 'timers left behind').to.equal(0);
  });

  it('binds a pod, with condition and event', async () => {
    cluster.nodes.set(makeNode('n1'));
    cluster.put(makePod('web'));
    start();
    await settle();
    expect(cluster.nodeOf('web')).to.equal('n1');
    expect(condition('web')).to.deep.equal({ type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' });
    expect(cluster.recorded).to.deep.equal([{ reason: 'Scheduled', message: 'Successfully assigned default/web to n1' }]);
    expect(cluster.writes).to.deep.equal(['binding web']);
  });

  it('keeps a pod pending when no node fits, says why once, and places it when one does', async () => {
    cluster.nodes.set(makeNode('n1', { taints: [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }] }));
    cluster.nodes.set(makeNode('n2', { allocatable: { cpu: '1' } }));
    cluster.nodes.set(makeNode('n3', { allocatable: { cpu: '500m' } }));
    cluster.put(makePod('big', { cpu: '2' }));
    start();
    await settle();
    const message =
      '0/3 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }, 2 Insufficient cpu.';
    expect(condition('big')).to.deep.include({ status: 'False', reason: 'Unschedulable', message });
    expect(cluster.recorded).to.deep.equal([{ reason: 'FailedScheduling', message }]);
    expect(scheduler.pending()).to.deep.equal({ active: 0, backoff: 0, unschedulable: 1 });

    cluster.nodes.set(makeNode('n1'));
    await clock.advance(1_000);
    await settle();
    expect(cluster.nodeOf('big')).to.equal('n1');
  });

  it('makes no write in another round over an unchanged cluster', async () => {
    cluster.nodes.set(makeNode('n1', { unschedulable: true }));
    cluster.put(makePod('waits'));
    start();
    await settle();
    const writes = cluster.writes.length;
    const events = cluster.recorded.length;
    expect([writes, events]).to.deep.equal([1, 1]);
    // A heartbeat is no reason to try again.
    cluster.nodes.set(makeNode('n1', { unschedulable: true }));
    await clock.advance(20_000);
    await settle();
    expect(cluster.recorded).to.have.length(events);
    // A flush of what waits for long, and a second scheduler after a restart: each attempt is told, nothing is written.
    await clock.advance(300_000);
    await settle();
    expect(cluster.recorded).to.have.length(events + 1);
    stop.abort();
    await running;
    start();
    await settle();
    expect(scheduler.pending().unschedulable).to.equal(1);
    expect(cluster.writes).to.have.length(writes);
    expect(cluster.recorded).to.deep.equal(Array.from({ length: events + 2 }, () => cluster.recorded[0]));
  });

  it('tries again with backoff until why a pod waits is written on it', async () => {
    cluster.nodes.set(makeNode('n1', { unschedulable: true }));
    cluster.failWrites = 2;
    cluster.put(makePod('waits'));
    start();
    await settle();
    expect(condition('waits')).to.equal(undefined);
    expect(scheduler.pending()).to.deep.equal({ active: 0, backoff: 1, unschedulable: 0 });
    await clock.advance(1_000);
    await settle();
    expect(condition('waits')).to.equal(undefined);
    await clock.advance(2_000);
    await settle();
    expect(condition('waits')).to.deep.include({ status: 'False', reason: 'Unschedulable' });
    expect(scheduler.pending()).to.deep.equal({ active: 0, backoff: 0, unschedulable: 1 });
  });

  it('says so when there is no node at all, and uses the first that comes', async () => {
    cluster.put(makePod('early'));
    start();
    await settle();
    expect(condition('early')).to.deep.include({ reason: 'Unschedulable', message: 'no nodes available to schedule pods' });
    cluster.nodes.set(makeNode('n1'));
    await clock.advance(1_000);
    await settle();
    expect(cluster.nodeOf('early')).to.equal('n1');
  });

  it('gives freed room to a pod that waits, and does not try for changes that cannot help', async () => {
    cluster.nodes.set(makeNode('n1', { allocatable: { cpu: '1' } }));
    const first = cluster.put(makePod('first', { cpu: '1' }));
    start();
    await settle();
    cluster.put(makePod('second', { cpu: '1' }));
    await settle();
    cluster.nodes.set(makeNode('n1', { allocatable: { cpu: '1' }, labels: { new: 'label' } }));
    await settle();
    expect(scheduler.pending()).to.deep.include({ unschedulable: 1, backoff: 0 });
    cluster.remove(first);
    await settle();
    expect(scheduler.pending()).to.deep.include({ unschedulable: 0, backoff: 1 });
    await clock.advance(1_000);
    await settle();
    expect(cluster.nodeOf('second')).to.equal('n1');
  });

  it('counts a finished pod no longer', async () => {
    cluster.nodes.set(makeNode('n1', { allocatable: { cpu: '1' } }));
    cluster.put(makePod('job', { cpu: '1' }));
    start();
    await settle();
    const job = structuredClone(cluster.get('job'));
    if (!job) throw new Error('job is gone');
    cluster.put({ ...job, status: { ...job.status, phase: 'Succeeded' } });
    cluster.put(makePod('next', { cpu: '1' }));
    await settle();
    expect(cluster.nodeOf('next')).to.equal('n1');
  });

  it('does not fill a node twice while bindings are not seen yet', async () => {
    cluster.nodes.set(makeNode('n1', { allocatable: { cpu: '2' } }));
    for (let n = 0; n < 5; n++) cluster.put(makePod(`p${n}`, { cpu: '1' }));
    start();
    cluster.informs = false;
    await settle();
    const bound = (): number => [0, 1, 2, 3, 4].filter((n) => cluster.nodeOf(`p${n}`)).length;
    expect(bound()).to.equal(2);
    cluster.deliver();
    await clock.advance(5_000);
    await settle();
    expect(bound()).to.equal(2);
  });

  it('places three replicas on three equal nodes, one each, every time', async () => {
    for (const name of ['n1', 'n2', 'n3']) cluster.nodes.set(makeNode(name));
    start();
    for (let round = 0; round < 10; round++) {
      const names = [0, 1, 2].map((n) => `web-${round}-${n}`);
      for (const name of names) cluster.put(makePod(name, { owner: `rs-${round}`, cpu: '50m' }));
      await settle();
      expect(new Set(names.map((name) => cluster.nodeOf(name))).size).to.equal(3);
    }
  });

  it('leaves alone a pod that somebody else has bound or deleted meanwhile', async () => {
    cluster.nodes.set(makeNode('n1', { allocatable: { pods: '2' } }));
    start();
    cluster.beforeWrite = (pod) => {
      cluster.beforeWrite = () => undefined;
      cluster.put({ ...pod, spec: { ...pod.spec, nodeName: 'elsewhere' } });
    };
    cluster.put(makePod('stolen'));
    await settle();
    expect(cluster.nodeOf('stolen')).to.equal('elsewhere');
    cluster.beforeWrite = (pod) => {
      cluster.beforeWrite = () => undefined;
      cluster.remove(pod);
    };
    cluster.put(makePod('deleted'));
    await settle();
    expect(cluster.recorded).to.deep.equal([]);
    // Neither takes room on n1.
    cluster.put(makePod('a'));
    cluster.put(makePod('b'));
    await settle();
    expect([cluster.nodeOf('a'), cluster.nodeOf('b')]).to.deep.equal(['n1', 'n1']);
  });

  it('schedules the namesake of a pod that was replaced during its binding', async () => {
    cluster.nodes.set(makeNode('n1'));
    start();
    cluster.beforeWrite = (pod) => {
      cluster.beforeWrite = () => undefined;
      cluster.remove(pod);
      cluster.put(makePod('web'));
    };
    const old = cluster.put(makePod('web'));
    await settle();
    expect(cluster.get('web')?.metadata.uid).to.not.equal(old.metadata.uid);
    expect(cluster.nodeOf('web')).to.equal('n1');
  });

  it('tries again after a binding failed, with backoff', async () => {
    cluster.nodes.set(makeNode('n1', { allocatable: { pods: '1' } }));
    cluster.failWrites = 2;
    cluster.put(makePod('web'));
    start();
    await settle();
    expect(scheduler.pending().backoff).to.equal(1);
    await clock.advance(1_000);
    await settle();
    expect(cluster.nodeOf('web')).to.equal(undefined);
    await clock.advance(2_000);
    await settle();
    expect(cluster.nodeOf('web')).to.equal('n1');
  });

  it('leaves pods of other schedulers alone', async () => {
    cluster.nodes.set(makeNode('n1'));
    cluster.put(makePod('other', { schedulerName: 'mine' }));
    start();
    await settle();
    expect(cluster.writes).to.deep.equal([]);
  });

  it('holds a gated pod until its gates are gone', async () => {
    cluster.nodes.set(makeNode('n1'));
    const pod = cluster.put(makePod('gated', { schedulingGates: [{ name: 'example.com/quota' }] }));
    start();
    await settle();
    expect(condition('gated')).to.deep.include({
      status: 'False',
      reason: 'SchedulingGated',
      message: 'Scheduling is blocked due to non-empty scheduling gates',
    });
    expect(cluster.writes).to.have.length(1);
    cluster.put({ ...pod, spec: { ...pod.spec, schedulingGates: [] } });
    await settle();
    expect(cluster.nodeOf('gated')).to.equal('n1');
  });

  it('places the pod of higher priority first', async () => {
    cluster.nodes.set(makeNode('n1', { allocatable: { pods: '1' } }));
    cluster.put(makePod('low'));
    cluster.put(makePod('high', { priority: 1000 }));
    start();
    await settle();
    expect([cluster.nodeOf('low'), cluster.nodeOf('high')]).to.deep.equal([undefined, 'n1']);
  });

  it('tries a waiting pod again at once when it changes', async () => {
    cluster.nodes.set(makeNode('n1', { taints: [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }] }));
    cluster.put(makePod('db'));
    start();
    await settle();
    const pod = cluster.get('db');
    if (!pod) throw new Error('db is gone');
    cluster.put({ ...pod, spec: { ...pod.spec, tolerations: [{ key: 'dedicated', operator: 'Exists' }] } });
    await settle();
    expect(cluster.nodeOf('db')).to.equal('n1');
  });

  it('places 1,000 pods on 50 nodes evenly', async function () {
    this.timeout(30_000);
    for (let n = 0; n < 50; n++) cluster.nodes.set(makeNode(`n${n}`));
    for (let n = 0; n < 1000; n++) cluster.put(makePod(`p${n}`, { cpu: '100m', memory: '64Mi', owner: `rs-${n % 20}` }));
    start(systemClock);
    const everyPodPlaced = async (): Promise<void> => {
      while (cluster.pods.list().some(({ spec }) => !spec.nodeName)) await new Promise((resolve) => setImmediate(resolve));
    };
    await everyPodPlaced();
    const perNode = new Map<string, number>();
    for (const { spec } of cluster.pods.list()) perNode.set(spec.nodeName ?? '', (perNode.get(spec.nodeName ?? '') ?? 0) + 1);
    expect(Math.max(...perNode.values()) - Math.min(...perNode.values())).to.be.at.most(2);
  });
});
