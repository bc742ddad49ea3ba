import { expect } from 'chai';
import type { LongshoreError } from '../../../lib/errors/errors.js';
import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import type { FieldCause } from '../causes.js';
import { selectionOf } from '../field-selector.js';
import { makeDeployment, makeNamespace, makePod } from '../testing/builders.js';
import { createTestResources, type TestResources } from '../testing/test-resources.js';
import { bytesOf, objectOf } from './entries.js';

/** What `action` fails with. */
async function failure(action: Promise<unknown>): Promise<LongshoreError> {
  try {
    await action;
  } catch (thrown) {
    return thrown as LongshoreError;
  }
  throw new Error('it did not fail');
}

const causesOf = (error: LongshoreError): FieldCause[] => error.fields['causes'] as FieldCause[];

describe('ResourceRegistry', () => {
  let test: TestResources;
  beforeEach(async () => {
    test = await createTestResources();
  });

  describe('create', () => {
    it('gives an object its identity and its resourceVersion', async () => {
      const created = await test.resources.client('pods').create(makePod('web'));
      expect(created.metadata.uid).to.match(/^[0-9a-f-]{36}$/);
      expect(created.metadata.creationTimestamp).to.equal('2026-01-01T00:00:00Z');
      expect(created.metadata.generation).to.equal(1);
      expect(created.metadata.resourceVersion).to.equal(String(test.store.revision()));
      expect(await test.resources.client('pods').get('default', 'web')).to.deep.equal(created);
    });

    it('refuses a second object of the same name', async () => {
      await test.resources.client('pods').create(makePod('web'));
      const error = await failure(test.resources.client('pods').create(makePod('web')));
      expect(error.code).to.equal('AlreadyExists');
      expect(error.message).to.equal('pods "web" already exists');
    });

    it('makes a name from generateName and tries another when it is taken', async () => {
      let next = 0;
      const values = [...Array.from({ length: 80 }, () => 0), ...Array.from({ length: 400 }, (_, index) => (index % 20) / 20)];
      const same = await createTestResources({ random: () => values[next++ % values.length] ?? 0 });
      const pod = makePod('', { metadata: { generateName: 'web-' } });
      const first = await same.resources.client('pods').create(pod);
      next = 0;
      const second = await same.resources.client('pods').create(pod);
      expect(first.metadata.name).to.match(/^web-[a-z0-9]{5}$/);
      expect(second.metadata.name).not.to.equal(first.metadata.name);
    });

    it('refuses a namespace that does not exist or is terminating', async () => {
      const pods = test.resources.client('pods');
      expect((await failure(pods.create(makePod('a', { namespace: 'nowhere' })))).message).to.equal(
        'namespaces "nowhere" not found',
      );
      await test.resources.client('namespaces').create(makeNamespace('team'));
      await test.resources.client('namespaces').delete('', 'team');
      const error = await failure(pods.create(makePod('a', { namespace: 'team' })));
      expect(error.code).to.equal('PermissionDenied');
      expect(error.message).to.contain('unable to create new content in namespace team because it is being terminated');
    });

    it('names every wrong field', async () => {
      const pod = makePod('Web', {
        containers: [{ name: 'main' }, { name: 'main', image: 'a', volumeMounts: [{ name: 'x', mountPath: '/x' }] }],
      });
      const error = await failure(test.resources.client('pods').create(pod));
      expect(error.code).to.equal('InvalidArgument');
      expect(causesOf(error).map(({ reason, field }) => `${reason} ${field}`)).to.have.members([
        'FieldValueInvalid metadata.name',
        'FieldValueRequired spec.containers[0].image',
        'FieldValueNotFound spec.containers[1].volumeMounts[0].name',
        'FieldValueDuplicate spec.containers[1].name',
      ]);
    });

    it('stores nothing on a dry run, but checks everything', async () => {
      const pods = test.resources.client('pods');
      const before = test.store.revision();
      const object = await pods.create(makePod('web'), { dryRun: true });
      expect(object.spec.restartPolicy).to.equal('Always');
      expect(test.store.revision()).to.equal(before);
      expect(await pods.get('default', 'web')).to.equal(undefined);
    });
  });

  describe('update', () => {
    it('writes nothing when nothing changes', async () => {
      const deployments = test.resources.client('deployments.apps');
      const created = await deployments.create(makeDeployment('web'));
      const before = test.store.revision();
      const updated = await deployments.update(makeDeployment('web', { metadata: { uid: '' } }));
      expect(updated).to.deep.equal(created);
      expect(test.store.revision()).to.equal(before);
    });

    it('increments generation when the spec changes, not when labels or status do', async () => {
      const deployments = test.resources.client('deployments.apps');
      await deployments.create(makeDeployment('web'));
      const scaled = await deployments.modify('default', 'web', (object) => {
        object.spec.replicas = 3;
      });
      expect(scaled?.metadata.generation).to.equal(2);
      const labelled = await deployments.modify('default', 'web', (object) => {
        object.metadata.labels = { a: 'b' };
      });
      expect(labelled?.metadata.generation).to.equal(2);
    });

    it('refuses a stale resourceVersion', async () => {
      const deployments = test.resources.client('deployments.apps');
      const first = structuredClone(await deployments.create(makeDeployment('web')));
      await deployments.update(makeDeployment('web', { replicas: 2, metadata: { uid: '' } }));
      first.spec.replicas = 5;
      const error = await failure(deployments.update(first));
      expect(error.code).to.equal('Conflict');
      expect(error.message).to.equal(
        'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again',
      );
    });

    it('keeps status on update and spec on updateStatus', async () => {
      const deployments = test.resources.client('deployments.apps');
      await deployments.create(makeDeployment('web'));
      await deployments.modify('default', 'web', (object) => void (object.status = { replicas: 1 }), { subresource: 'status' });
      await deployments.modify('default', 'web', (object) => {
        object.status = { replicas: 9 };
        object.spec.replicas = 2;
      });
      const object = await deployments.updateStatus({
        ...makeDeployment('web', { replicas: 7, metadata: { uid: '' } }),
        status: { replicas: 2 },
      });
      expect(object.spec.replicas).to.equal(2);
      expect(object.status?.replicas).to.equal(2);
    });

    it('loses no increment of 20 writers at once', async () => {
      const maps = test.resources.client('configmaps');
      await maps.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'default' }, data: { n: '0' } });
      const add = () => maps.modify('default', 'c', (map) => void (map.data = { n: String(Number(map.data?.['n']) + 1) }));
      await Promise.all(Array.from({ length: 20 }, add));
      expect((await maps.get('default', 'c'))?.data).to.deep.equal({ n: '20' });
    });

    it('refuses to change what a pod was made from, but binds it', async () => {
      const pods = test.resources.client('pods');
      await pods.create(makePod('web'));
      const bound = await pods.modify('default', 'web', (pod) => void (pod.spec.nodeName = 'n1'));
      expect(bound?.status?.conditions?.[0]).to.include({ type: 'PodScheduled', status: 'True' });
      const moved = await failure(pods.modify('default', 'web', (pod) => void (pod.spec.nodeName = 'n2')));
      expect(causesOf(moved)[0]).to.include({ reason: 'FieldValueForbidden', field: 'spec' });
      const image = await pods.modify('default', 'web', (pod: Pod) => void (pod.spec.containers[0]!.image = 'busybox:1.37'));
      expect(image?.spec.containers[0]?.image).to.equal('busybox:1.37');
      expect(image?.metadata.generation).to.equal(3);
    });
  });

  describe('delete', () => {
    it('removes an unbound pod at once, and waits for a bound one', async () => {
      const pods = test.resources.registry('pods');
      await pods.create(makePod('free'));
      expect((await pods.remove('default', 'free'))?.removed).to.equal(true);
      await pods.create(makePod('bound', { nodeName: 'n1' }));
      const marked = await pods.remove('default', 'bound');
      expect(marked?.removed).to.equal(false);
      expect(marked?.object.metadata).to.include({ deletionTimestamp: '2026-01-01T00:00:30Z', deletionGracePeriodSeconds: 30 });
    });

    it('shortens a running grace period and never prolongs it', async () => {
      const pods = test.resources.registry('pods');
      await pods.create(makePod('p', { nodeName: 'n1' }));
      await pods.remove('default', 'p', { gracePeriodSeconds: 20 });
      const longer = await pods.remove('default', 'p', { gracePeriodSeconds: 60 });
      expect(longer?.object.metadata.deletionGracePeriodSeconds).to.equal(20);
      const shorter = await pods.remove('default', 'p', { gracePeriodSeconds: 5 });
      expect(shorter?.object.metadata.deletionGracePeriodSeconds).to.equal(5);
      expect((await pods.remove('default', 'p', { gracePeriodSeconds: 0 }))?.removed).to.equal(true);
      expect(await pods.remove('default', 'p')).to.equal(undefined);
    });

    it('holds an object until its finalizers are gone', async () => {
      const maps = test.resources.registry('configmaps');
      const metadata = { name: 'c', namespace: 'default', finalizers: ['example.com/hold'] };
      await maps.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
      expect((await maps.remove('default', 'c'))?.removed).to.equal(false);
      const added = await failure(maps.modify('default', 'c', (map) => void map.metadata.finalizers?.push('example.com/more')));
      expect(causesOf(added)[0]?.field).to.equal('metadata.finalizers');
      await maps.modify('default', 'c', (map) => {
        delete map.metadata.finalizers;
      });
      expect(await maps.get('default', 'c')).to.equal(undefined);
    });

    it('turns propagation policies into finalizers', async () => {
      const deployments = test.resources.registry('deployments.apps');
      await deployments.create(makeDeployment('web'));
      const held = await deployments.remove('default', 'web', { propagationPolicy: 'Foreground' });
      expect(held?.object.metadata.finalizers).to.deep.equal(['foregroundDeletion']);
      const orphaned = await deployments.remove('default', 'web', { propagationPolicy: 'Orphan' });
      expect(orphaned?.object.metadata.finalizers).to.deep.equal(['orphan']);
      expect((await deployments.remove('default', 'web', { propagationPolicy: 'Background' }))?.removed).to.equal(true);
    });

    it('checks preconditions', async () => {
      const pods = test.resources.client('pods');
      await pods.create(makePod('p'));
      const error = await failure(pods.delete('default', 'p', { preconditions: { uid: 'other' } }));
      expect(error.code).to.equal('Conflict');
      expect(await pods.get('default', 'p')).not.to.equal(undefined);
    });

    it('never deletes the namespaces that make a cluster', async () => {
      const error = await failure(test.resources.client('namespaces').delete('', 'default'));
      expect(error.message).to.equal('namespaces "default" is forbidden: this namespace may not be deleted');
    });

    it('deletes a collection, but only what is selected', async () => {
      const pods = test.resources.registry('pods');
      for (const name of ['a', 'b', 'c']) await pods.create(makePod(name, { labels: { tier: name === 'b' ? 'db' : 'web' } }));
      const selection = selectionOf(pods.definition, { labelSelector: 'tier=web' });
      const deleted = await pods.deleteCollection('default', { selection });
      expect(deleted.map((pod) => pod.metadata.name)).to.deep.equal(['a', 'c']);
      expect((await pods.list()).items.map((pod) => pod.metadata.name)).to.deep.equal(['b']);
    });

    it('keeps a namespace until it is finalized', async () => {
      const namespaces = test.resources.client('namespaces');
      await namespaces.create(makeNamespace('team'));
      const terminating = await namespaces.delete('', 'team');
      expect(terminating?.status?.phase).to.equal('Terminating');
      await namespaces.modify('', 'team', (object) => void (object.spec.finalizers = []));
      expect(await namespaces.get('', 'team')).not.to.equal(undefined);
      await namespaces.modify('', 'team', (object) => void (object.spec.finalizers = []), { subresource: 'finalize' });
      expect(await namespaces.get('', 'team')).to.equal(undefined);
    });
  });

  describe('page', () => {
    it('walks a list in pages of one revision', async () => {
      const pods = test.resources.registry('pods');
      for (const name of ['a', 'b', 'c', 'd', 'e']) await pods.create(makePod(name));
      const first = await pods.page({ limit: 2 });
      expect(first.remaining).to.equal(3);
      await pods.create(makePod('bb'));
      const second = await pods.page({ limit: 2, continueToken: first.continueToken ?? '' });
      const third = await pods.page({ limit: 2, continueToken: second.continueToken ?? '' });
      const names = [first, second, third].flatMap((page) => page.entries.map((entry) => objectOf(entry).metadata.name));
      expect(names).to.deep.equal(['a', 'b', 'c', 'd', 'e']);
      expect(third.continueToken).to.equal(undefined);
      expect(third.revision).to.equal(first.revision);
    });

    it('refuses a token that is none', async () => {
      const error = await failure(test.resources.registry('pods').page({ continueToken: 'nonsense' }));
      expect(error.fields['reason']).to.equal('BadRequest');
    });

    it('gives the same bytes as the object, with resourceVersion', async () => {
      const pods = test.resources.registry('pods');
      const created = await pods.create(makePod('a'));
      const { entries } = await pods.page();
      expect(JSON.parse(bytesOf(entries[0]!).toString())).to.deep.equal(created);
      expect(objectOf(entries[0]!)).to.deep.equal(created);
    });
  });

  it('creates a pod in well under a millisecond', async () => {
    const pods = test.resources.client('pods');
    const count = 200;
    for (let index = 0; index < count; index++) await pods.create(makePod(`warm-${index}`));
    const started = process.cpuUsage();
    for (let index = 0; index < count; index++) await pods.create(makePod(`p-${index}`));
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000 / count).to.be.lessThan(3);
  });
});
