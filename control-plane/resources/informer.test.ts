import { expect } from 'chai';
import { makePod } from './testing/builders.js';
import { createTestResources, type TestResources } from './testing/test-resources.js';
import { objectOf } from './registry/entries.js';
import { selectionOf } from './field-selector.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { silentLogger } from '../../lib/log/logger.js';
import { StoreInformer } from './informer.js';
import type { ResourceRegistry } from './registry/registry.js';
import type { WatchOptions } from './registry/watcher.js';
import type { Pod } from '../../lib/kubernetes/types/core-v1.js';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Informer', () => {
  let test: TestResources;
  let stop: AbortController;
  let running: Promise<void>;
  beforeEach(async () => {
    test = await createTestResources();
    stop = new AbortController();
    running = test.resources.run(stop.signal);
  });
  afterEach(async () => {
    stop.abort();
    await running;
  });

  it('has what was there, and follows what comes, changes and goes', async () => {
    const pods = test.resources.client('pods');
    await pods.create(makePod('a', { nodeName: 'n1' }));
    const informer = test.resources.informer('pods', { indexes: { node: (pod) => pod.spec.nodeName } });
    const heard: string[] = [];
    const unsubscribe = informer.onChange((current, previous) => {
      heard.push(`${previous?.metadata.name ?? '-'}>${current?.metadata.name ?? '-'}`);
    });
    await informer.synced();
    expect(informer.byIndex('node', 'n1').map((pod) => pod.metadata.name)).to.deep.equal(['a']);
    await pods.create(makePod('b'));
    await pods.modify('default', 'b', (pod) => void (pod.spec.nodeName = 'n1'));
    await pods.delete('default', 'a', { gracePeriodSeconds: 0 });
    while (informer.revision() < test.store.revision()) await settle();
    expect(informer.byIndex('node', 'n1').map((pod) => pod.metadata.name)).to.deep.equal(['b']);
    expect(informer.get('default', 'a')).to.equal(undefined);
    expect(heard).to.deep.equal(['->a', '->b', 'b>b', 'a>-']);
    unsubscribe();
  });

  it('is shared, takes more indexes later, and tells a late handler what is there', async () => {
    await test.resources.client('pods').create(makePod('a', { nodeName: 'n1' }));
    const first = test.resources.informer('pods');
    await first.synced();
    const second = test.resources.informer('pods', { indexes: { phase: (pod) => pod.status?.phase } });
    expect(second).to.equal(first);
    expect(second.byIndex('phase', 'Pending')).to.have.length(1);
    const heard: string[] = [];
    second.onChange((current) => heard.push(current?.metadata.name ?? ''));
    expect(heard).to.deep.equal(['a']);
  });

  it('hands out frozen objects', async () => {
    await test.resources.client('pods').create(makePod('a'));
    const informer = test.resources.informer('pods');
    await informer.synced();
    const pod = informer.get('default', 'a') as Pod;
    expect(() => pod.spec.containers.push({ name: 'x' })).to.throw(TypeError);
  });
});

describe('StoreInformer', () => {
  it('lists again when its watch has expired, and tells every difference', async () => {
    const { resources, store, clock } = await createTestResources();
    const pods = resources.registry('pods');
    await pods.create(makePod('a'));
    await pods.create(makePod('b'));
    const stop = new AbortController();
    let watches = 0;
    let lists = 0;
    const registry = {
      definition: pods.definition,
      page: async () => {
        lists += 1;
        return pods.page();
      },
      // The first watch loses everything that happens after the first list.
      watch: async function* (options: WatchOptions, signal: AbortSignal) {
        watches += 1;
        if (watches === 1) {
          await pods.delete('default', 'a');
          await pods.modify('default', 'b', (pod) => void (pod.metadata.labels = { x: 'y' }));
          await pods.create(makePod('c'));
          throw new LongshoreError('Expired', 'too old');
        }
        yield* pods.watch(options, signal);
      },
    } as unknown as ResourceRegistry<Pod>;
    const informer = new StoreInformer({ registry, clock, log: silentLogger });
    const heard: string[] = [];
    informer.onChange((current, previous) => heard.push(`${previous?.metadata.name ?? '-'}>${current?.metadata.name ?? '-'}`));
    const running = informer.run(stop.signal);
    while (lists < 2 || informer.revision() < store.revision()) await settle();
    expect(heard).to.deep.equal(['->a', '->b', 'b>b', '->c', 'a>-']);
    stop.abort();
    await running;
  });

  it('gives up waiting for its first list when it is told to', async () => {
    const { resources } = await createTestResources();
    const informer = resources.informer('pods');
    const failed = await informer.synced(AbortSignal.abort()).catch((thrown: unknown) => thrown);
    expect((failed as LongshoreError).code).to.equal('Cancelled');
  });
});

describe('ResourceRegistry.watch', () => {
  it('tells objects that begin or cease to match as added and deleted', async () => {
    const { resources, store } = await createTestResources();
    const pods = resources.registry('pods');
    const stop = new AbortController();
    const selection = selectionOf(pods.definition, { fieldSelector: 'spec.nodeName=n1', labelSelector: 'app=web' });
    const fromRevision = store.revision();
    await pods.create(makePod('a', { labels: { app: 'web' } }));
    await pods.modify('default', 'a', (pod) => void (pod.spec.nodeName = 'n1'));
    await pods.modify('default', 'a', (pod) => void (pod.metadata.annotations = { x: 'y' }));
    await pods.modify('default', 'a', (pod) => void (pod.metadata.labels = { app: 'db' }));
    const last = store.revision();
    const seen: string[] = [];
    for await (const { revision, events } of pods.watch({ fromRevision, selection, namespace: 'default' }, stop.signal)) {
      for (const { type, entry } of events) {
        const { resourceVersion, labels } = objectOf(entry).metadata;
        seen.push(`${type} ${labels?.['app'] ?? ''} ${Number(resourceVersion) - fromRevision}`);
      }
      if (revision === last) break;
    }
    expect(seen).to.deep.equal(['ADDED web 2', 'MODIFIED web 3', 'DELETED web 4']);
  });

  it('refuses a field that the kind cannot select by', async () => {
    const { resources } = await createTestResources();
    const { definition } = resources.registry('pods');
    expect(() => selectionOf(definition, { fieldSelector: 'spec.nope=1' })).to.throw('field label not supported: spec.nope');
    expect(selectionOf(definition, { fieldSelector: 'metadata.name!=a' }).matches(makePod('b'))).to.equal(true);
  });
});
