import { expect } from 'chai';
import { systemClock } from '../../lib/clock/clock.js';
import type { Pod } from '../../lib/kubernetes/types/core-v1.js';
import { silentLogger } from '../../lib/log/logger.js';
import { Resources } from '../resources/resources.js';
import { openStore } from '../store/open-store.js';
import type { Store } from '../store/store.js';
import { makeNode, makePod } from './fake-cluster.js';
import { Scheduler } from './scheduler.js';

describe('Scheduler on real resources', () => {
  let store: Store;
  let resources: Resources;
  let stop: AbortController;
  let running: Promise<unknown>;
  let recorded: string[];

  const start = (): void => {
    stop = new AbortController();
    resources = new Resources({ store, clock: systemClock, log: silentLogger });
    const scheduler = new Scheduler({
      clock: systemClock,
      log: silentLogger,
      pods: { client: resources.client('pods'), informer: resources.informer('pods') },
      nodes: { informer: resources.informer('nodes') },
      events: { record: ({ reason, object }) => void recorded.push(`${reason} ${object.metadata.name}`) },
    });
    running = Promise.all([resources.run(stop.signal), scheduler.run(stop.signal)]);
  };

  const restart = async (): Promise<void> => {
    stop.abort();
    await running;
    start();
  };

  const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
  };

  const createPod = async (name: string, overrides: Parameters<typeof makePod>[1] = {}): Promise<Pod> => {
    const { metadata, ...pod } = makePod(name, overrides);
    delete metadata.uid;
    return resources.client('pods').create({ ...pod, metadata });
  };

  const pod = async (name: string): Promise<Pod | undefined> => resources.client('pods').get('default', name);
  const scheduled = async (name: string) => (await pod(name))?.status?.conditions?.find(({ type }) => type === 'PodScheduled');

  beforeEach(async () => {
    recorded = [];
    store = await openStore({ driver: 'memory', path: '', clock: systemClock, log: silentLogger });
    start();
    await resources.client('namespaces').create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' }, spec: {} });
    await resources
      .client('serviceaccounts')
      .create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } });
    for (const name of ['n1', 'n2', 'n3']) {
      const { status, ...node } = makeNode(name, { allocatable: { cpu: '2' } });
      await resources.client('nodes').create(node);
      await resources.client('nodes').modify('', name, (draft) => void (draft.status = status ?? {}), { subresource: 'status' });
    }
  });

  afterEach(async () => {
    stop.abort();
    await running;
    await store.close();
  });

  it('binds in one write, which changes nothing but node and condition', async () => {
    const created = await createPod('web');
    const before = store.revision();
    await until(async () => (await pod('web'))?.spec.nodeName !== undefined);
    expect(store.revision()).to.equal(before + 1);
    const bound = await pod('web');
    expect({ ...bound?.spec, nodeName: undefined }).to.deep.equal({ ...created.spec, nodeName: undefined });
    expect(bound?.status?.phase).to.equal('Pending');
    expect(await scheduled('web')).to.include({ status: 'True' });
    expect(recorded).to.deep.equal(['Scheduled web']);
  });

  it('writes once why a pod fits nowhere, over restarts too, and tells of each attempt', async () => {
    await createPod('big', { cpu: '3' });
    await until(async () => (await scheduled('big'))?.reason === 'Unschedulable');
    expect((await scheduled('big'))?.message).to.equal('0/3 nodes are available: 3 Insufficient cpu.');
    const revision = store.revision();
    await restart();
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(store.revision()).to.equal(revision);
    expect(recorded).to.deep.equal(['FailedScheduling big', 'FailedScheduling big']);
  });

  it('over-commits no node through restarts in the middle of bindings', async () => {
    for (let n = 0; n < 30; n++) await createPod(`p${n}`, { cpu: '500m' });
    for (let n = 0; n < 5; n++) await restart();
    await until(async () => {
      const { items } = await resources.client('pods').list('default');
      return items.every(
        ({ spec, status }) => spec.nodeName !== undefined || status?.conditions?.some(({ reason }) => reason === 'Unschedulable'),
      );
    });
    const { items } = await resources.client('pods').list('default');
    for (const name of ['n1', 'n2', 'n3']) expect(items.filter(({ spec }) => spec.nodeName === name)).to.have.length(4);
  });
});
