import { expect } from 'chai';

import { LongshoreError } from '../../lib/errors/errors.js';
import type { Deployment } from '../../lib/kubernetes/types/apps-v1.js';
import type { ConfigMap } from '../../lib/kubernetes/types/core-v1.js';
import { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import { readKubeconfig } from '../../lib/kubernetes-client/kubeconfig.js';
import { kubectlOnPath, kubectlWith, type Kubectl } from '../support/kubectl.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

async function failureOf(action: Promise<unknown>): Promise<LongshoreError> {
  const thrown: unknown = await action.then(
    () => new Error('it succeeded'),
    (error: unknown) => error,
  );
  expect(thrown).to.be.instanceOf(LongshoreError);
  return thrown as LongshoreError;
}

function configMap(name: string, data: Record<string, string>, labels: Record<string, string> = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels }, data };
}

function deployment(name: string, fields: Partial<Deployment['spec']> = {}, container: object = {}) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'web', image: 'web:1', ...container }] },
      },
      ...fields,
    },
  };
}

describe('Kubernetes client', function () {
  this.timeout(30_000);
  let api: TestApi;
  let client: ApiClient;
  let kubectl: Kubectl;

  before(async () => {
    api = await startTestApi();
    const kubeconfig = await api.kubeconfig();
    client = new ApiClient(await readKubeconfig(kubeconfig));
    kubectl = kubectlWith({ binary: kubectlOnPath, kubeconfig, home: api.dir });
  });
  after(async () => {
    client.close();
    await api.close();
  });

  describe('objects', () => {
    it('creates, reads, updates, patches and deletes', async () => {
      const made = await client.configMaps.create({ metadata: { name: 'one' }, data: { a: '1' } });
      expect(made).to.include({ apiVersion: 'v1', kind: 'ConfigMap' });
      expect((await client.configMaps.get('one')).data).to.deep.equal({ a: '1' });
      await client.configMaps.update({ ...made, data: { a: '2' } });
      const stale = await failureOf(client.configMaps.update({ ...made, data: { a: '3' } }));
      expect(stale).to.include({ code: 'Conflict' });
      await client.configMaps.patch('one', { merge: { data: { b: 'x' } } });
      await client.configMaps.patch('one', { strategic: { data: { a: null } } });
      const patched = await client.configMaps.patch('one', { json: [{ op: 'add', path: '/data/c', value: 'y' }] });
      expect(patched.data).to.deep.equal({ b: 'x', c: 'y' });
      await client.configMaps.delete('one');
      const gone = await failureOf(client.configMaps.get('one'));
      expect(gone).to.include({ code: 'NotFound', message: 'configmaps "one" not found' });
      expect(gone.fields).to.include({ reason: 'NotFound', httpStatus: 404, kind: 'configmaps', name: 'one' });
    });

    it('tells every wrong field of a refused object', async () => {
      const refused = await failureOf(client.apply(deployment('bad', { replicas: -1 }, { image: '' })));
      expect(refused.code).to.equal('InvalidArgument');
      const fields = (refused.fields.causes as { field: string }[]).map(({ field }) => field);
      expect(fields).to.include('spec.replicas');
      const unknown = await failureOf(client.apply({ ...deployment('bad'), spek: {} } as never));
      expect(unknown.message).to.contain('unknown field "spek"');
    });

    it('lists in chunks, by selector, and over all namespaces', async () => {
      for (const name of ['c1', 'c2', 'c3', 'c4', 'c5']) await client.configMaps.create(configMap(name, {}, { set: 'chunks' }));
      await client.in('kube-public').configMaps.create(configMap('c6', {}, { set: 'chunks' }));
      const { items } = await client.configMaps.list({ labelSelector: 'set=chunks', chunkSize: 2 });
      expect(items.map(({ metadata }) => metadata.name)).to.deep.equal(['c1', 'c2', 'c3', 'c4', 'c5']);
      expect(items[0]).to.include({ apiVersion: 'v1', kind: 'ConfigMap' });
      const all = await client.configMaps.list({ labelSelector: 'set=chunks', allNamespaces: true });
      expect(all.items).to.have.length(6);
      await client.configMaps.deleteAll({ labelSelector: 'set=chunks' });
      expect((await client.configMaps.list({ labelSelector: 'set=chunks' })).items).to.deep.equal([]);
    });

    it('changes nothing in a dry run', async () => {
      const { outcome } = await client.apply(configMap('dry', {}), { dryRun: true });
      expect(outcome).to.equal('created');
      expect(await failureOf(client.configMaps.get('dry'))).to.include({ code: 'NotFound' });
    });
  });

  describe('discovery', () => {
    it('finds resources by every name that users give them', async () => {
      for (const word of ['deploy', 'deployment', 'deployments', 'Deployment', 'deployments.apps', 'deployments.v1.apps']) {
        expect(await client.discovery.find(word), word).to.include({ group: 'apps', version: 'v1', kind: 'Deployment' });
      }
      expect(await client.discovery.find('endpointslices.discovery.k8s.io')).to.include({ group: 'discovery.k8s.io' });
      const all = (await client.discovery.findAll('all')).map(({ plural }) => plural);
      expect(all).to.include.members(['pods', 'services', 'deployments', 'replicasets']);
      expect(new Set(all).size).to.equal(all.length);
    });

    it('suggests the nearest name', async () => {
      expect((await failureOf(client.discovery.find('deploymnet'))).message).to.contain('did you mean "deployment"?');
      const { message } = await failureOf(client.apply({ ...deployment('x'), apiVersion: 'apps/v9' }));
      expect(message).to.equal('the server has no kind "Deployment" in version "apps/v9"; it has it in "apps/v1"');
    });
  });

  describe('apply', () => {
    it('creates, changes, and leaves alone what is as it should be', async () => {
      expect(await client.apply(deployment('app'))).to.include({ outcome: 'created', adopted: false });
      expect(await client.apply(deployment('app'))).to.include({ outcome: 'unchanged' });
      const changed = await client.apply(deployment('app', { replicas: 3 }));
      expect(changed).to.include({ outcome: 'configured' });
      expect((changed.object as unknown as Deployment).spec.replicas).to.equal(3);
    });

    it('keeps what others set, and removes what it no longer says', async () => {
      await client.apply(configMap('shared', { a: '1', b: '2' }, { mine: 'yes' }));
      await client.configMaps.patch('shared', { merge: { data: { foreign: 'kept' }, metadata: { labels: { theirs: 'kept' } } } });
      const { object } = await client.apply(configMap('shared', { a: '1' }, { other: 'yes' }));
      expect((object as unknown as ConfigMap).data).to.deep.equal({ a: '1', foreign: 'kept' });
      expect(object.metadata.labels).to.deep.equal({ other: 'yes', theirs: 'kept' });
    });

    it('mixes with kubectl apply: neither undoes the other', async () => {
      const first = deployment(
        'mixed',
        { replicas: 2 },
        {
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '<2>&' },
          ],
        },
      );
      await kubectl.ok(['apply', '-f', '-'], { stdin: JSON.stringify(first) });
      expect(await client.apply(first)).to.include({ outcome: 'unchanged' });
      // Somebody else's sidecar, and one variable fewer.
      await client.deployments.patch('mixed', {
        strategic: { spec: { template: { spec: { containers: [{ name: 'sidecar', image: 'proxy:1' }] } } } },
      });
      const second = deployment('mixed', { replicas: 2 }, { env: [{ name: 'B', value: '<2>&' }] });
      expect(await client.apply(second)).to.include({ outcome: 'configured' });
      const { spec } = await client.deployments.get('mixed');
      expect(spec.template.spec?.containers.map(({ name }) => name)).to.have.members(['web', 'sidecar']);
      expect(spec.template.spec?.containers.find(({ name }) => name === 'web')?.env).to.deep.equal([
        { name: 'B', value: '<2>&' },
      ]);
      const { resourceVersion } = (await client.deployments.get('mixed')).metadata;
      await kubectl.ok(['apply', '-f', '-'], { stdin: JSON.stringify(second) });
      expect((await client.deployments.get('mixed')).metadata.resourceVersion).to.equal(resourceVersion);
      const third = deployment('mixed', {}, { env: [{ name: 'B', value: '3' }] });
      await kubectl.ok(['apply', '-f', '-'], { stdin: JSON.stringify(third) });
      expect(await client.apply(third)).to.include({ outcome: 'unchanged' });
      await client.apply(configMap('plain', { a: '1' }, { app: 'plain' }));
      const told = await kubectl.ok(['apply', '-f', '-'], {
        stdin: JSON.stringify(configMap('plain', { a: '1' }, { app: 'plain' })),
      });
      expect(told).to.equal('configmap/plain unchanged\n');
      expect((await client.deployments.get('mixed')).spec.replicas).to.equal(1);
    });

    it('adopts an object that was not made by apply', async () => {
      await client.configMaps.create(configMap('adopted', { a: '1', b: '2' }));
      const { outcome, adopted, object } = await client.apply(configMap('adopted', { a: '3' }));
      expect({ outcome, adopted }).to.deep.equal({ outcome: 'configured', adopted: true });
      expect((object as unknown as ConfigMap).data).to.deep.equal({ a: '3', b: '2' });
    });

    it('keeps both ports of one number', async () => {
      const service = (port: number) => ({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'dns' },
        spec: {
          selector: { app: 'dns' },
          type: 'NodePort',
          ports: [
            { name: 'dns', protocol: 'UDP', port: 53, targetPort: port },
            { name: 'dns-tcp', protocol: 'TCP', port: 53, targetPort: port },
          ],
        },
      });
      await client.apply(service(5353));
      const before = await client.services.get('dns');
      expect(await client.apply(service(5353))).to.include({ outcome: 'unchanged' });
      await client.apply(service(5354));
      const after = await client.services.get('dns');
      expect(after.spec.ports?.map(({ targetPort }) => targetPort)).to.deep.equal([5354, 5354]);
      expect(after.spec.ports?.map(({ nodePort }) => nodePort)).to.deep.equal(before.spec.ports?.map(({ nodePort }) => nodePort));
    });
  });

  describe('watch', () => {
    it('begins with what is there and goes on until the last', async () => {
      await client.configMaps.create(configMap('watched', { step: '0' }));
      const events: string[] = [];
      const stop = new AbortController();
      const options = { fieldSelector: 'metadata.name=watched' };
      const watching = (async () => {
        for await (const { type, object } of client.configMaps.watch(options, stop.signal)) {
          events.push(`${type} ${object.data?.step ?? ''}`);
          if (type === 'ADDED') await client.configMaps.patch('watched', { merge: { data: { step: '1' } } });
          if (type === 'MODIFIED') await client.configMaps.delete('watched');
          if (type === 'DELETED') return;
        }
      })();
      await watching;
      expect(events).to.deep.equal(['ADDED 0', 'MODIFIED 1', 'DELETED 1']);
    });

    it('ends with the reason of its signal', async () => {
      const stop = new AbortController();
      const watching = (async () => {
        for await (const { object } of client.namespaces.watch({}, stop.signal)) {
          if (object.metadata.name === 'kube-system') stop.abort(new Error('enough'));
        }
      })();
      expect(await watching.catch((thrown: unknown) => (thrown as Error).message)).to.equal('enough');
    });
  });

  describe('waitFor', () => {
    it('resolves with the object once it is so, and when it comes to be only then', async () => {
      const waiting = client.waitFor('pod/late', 'condition=Ready', { timeoutMs: 10_000 });
      await client.pods.create({ metadata: { name: 'late' }, spec: { containers: [{ name: 'main', image: 'main:1' }] } });
      await client.pods.patch(
        'late',
        { merge: { status: { conditions: [{ type: 'Ready', status: 'True' }] } } },
        { subresource: 'status' },
      );
      expect((await waiting)?.metadata.name).to.equal('late');
      const gone = client.waitFor('po/late', 'deleted');
      await client.pods.delete('late', { gracePeriodSeconds: 0 });
      expect(await gone).to.equal(undefined);
    });

    it('tells on time-out what it saw, with the pods and the newest events', async () => {
      await client.apply(deployment('slow'));
      await client.pods.create({
        metadata: { name: 'slow-1', labels: { app: 'slow' } },
        spec: { containers: [{ name: 'web', image: 'web:1' }] },
      });
      const status = {
        containerStatuses: [
          {
            name: 'web',
            ready: false,
            restartCount: 0,
            image: 'web:1',
            imageID: '',
            state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } },
          },
        ],
      };
      const pod = await client.pods.patch('slow-1', { merge: { status } }, { subresource: 'status' });
      await client.events.create({
        metadata: { name: 'slow-1.1' },
        involvedObject: { apiVersion: 'v1', kind: 'Pod', name: 'slow-1', namespace: 'default', uid: pod.metadata.uid },
        type: 'Warning',
        reason: 'Failed',
        message: 'Failed to pull image "web:1"',
        source: {},
      });
      const { code, message } = await failureOf(client.waitFor('deployment/slow', 'Available', { timeoutMs: 300 }));
      expect(code).to.equal('DeadlineExceeded');
      expect(message).to.match(/^deployment\/slow is not Available after 0\.3 s: /);
      expect(message).to.contain('pod slow-1: Pending on no node; container web waits: ImagePullBackOff (no such image)');
      expect(message).to.match(/\d+s ago Warning Failed pod\/slow-1: Failed to pull image "web:1"/);
    });

    it('says that the object does not exist, and that a name means nothing', async () => {
      const { message } = await failureOf(client.waitFor('deployment/absent', 'Available', { timeoutMs: 100 }));
      expect(message).to.equal('deployment/absent is not Available after 0.1 s: it does not exist');
      expect((await failureOf(client.waitFor('absent', 'Ready'))).message).to.contain('say KIND/NAME');
    });
  });

  it('says that nobody answers', async () => {
    using lost = new ApiClient({ server: 'https://127.0.0.1:1' });
    const { code, message } = await failureOf(lost.version());
    expect(code).to.equal('Unavailable');
    expect(message).to.equal('the API server https://127.0.0.1:1 cannot be reached: nothing listens there');
  });

  it('does not trust a server that its kubeconfig does not vouch for', async () => {
    using doubting = new ApiClient({ server: api.url });
    expect(await failureOf(doubting.version())).to.include({ code: 'FailedPrecondition' });
  });
});
