import { expect } from 'chai';

import { systemClock } from '../../lib/clock/clock.js';
import { ControllersHarness, deploymentOf, isActive, isAvailable } from './controllers-harness.js';

const threeNodes = ['n1', 'n2', 'n3'];

describe('Controllers together', function () {
  this.timeout(30_000);
  let harness: ControllersHarness;

  afterEach(async () => {
    await harness.stop();
  });

  describe('with live nodes', () => {
    beforeEach(async () => {
      harness = await ControllersHarness.start({ nodes: threeNodes });
    });

    it('turns a deployment and a service into pods and endpoints', async () => {
      const service = {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'web', namespace: 'default' },
        spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
      };
      await harness.resources.client('services').create(service);
      await harness.resources.client('deployments.apps').create(deploymentOf('web', 'app:1'));
      await harness.rolledOut('web');
      const slices = harness.resources.informer('endpointslices.discovery.k8s.io');
      const ready = (): number =>
        slices
          .list('default')
          .flatMap(({ endpoints }) => endpoints ?? [])
          .filter(({ conditions }) => conditions?.ready).length;
      await harness.until('three endpoints', () => ready() === 3);
      const endpoints = await harness.resources.client('endpoints').get('default', 'web');
      expect(endpoints?.subsets?.[0]?.addresses).to.have.length(3);
      const { status } = await harness.deployment('web');
      await harness.until('the conditions', async () =>
        ((await harness.deployment('web')).status?.conditions ?? []).some(({ reason }) => reason === 'NewReplicaSetAvailable'),
      );
      expect(status?.conditions?.find(({ type }) => type === 'Available')?.reason).to.equal('MinimumReplicasAvailable');
      expect(harness.events.map(({ message }) => message)).to.include(
        `Scaled up replica set ${(await harness.replicaSets())[0]?.metadata.name} to 3 from 0`,
      );
      expect(harness.errors).to.deep.equal([]);
    });

    it('creates thirty pods well within a second', async () => {
      const startMs = performance.now();
      await harness.resources.client('deployments.apps').create(deploymentOf('web', 'app:1', { replicas: 30 }));
      await harness.until('thirty pods', () => harness.pods().length === 30);
      expect(performance.now() - startMs).to.be.below(800);
      await harness.rolledOut('web');
      expect(harness.pods()).to.have.length(30);
    });

    it('drops a pod from the endpoints within moments of its readiness', async () => {
      const service = {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'web', namespace: 'default' },
        spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
      };
      await harness.resources.client('services').create(service);
      await harness.resources.client('deployments.apps').create(deploymentOf('web', 'app:1'));
      await harness.rolledOut('web');
      await harness.quiet();
      const [pod] = harness.pods();
      const slices = harness.resources.informer('endpointslices.discovery.k8s.io');
      let seenMs = 0;
      slices.onChange((slice) => {
        const unready = slice?.endpoints?.some(
          ({ targetRef, conditions }) => targetRef?.uid === pod?.metadata.uid && !conditions?.ready,
        );
        if (unready) seenMs = performance.now();
      });
      const startMs = performance.now();
      await harness.resources.client('pods').modify(
        'default',
        pod?.metadata.name ?? '',
        (draft) => {
          const conditions = draft.status?.conditions?.map((condition) =>
            condition.type === 'Ready' ? { ...condition, status: 'False' } : condition,
          );
          draft.status = { ...draft.status, conditions: conditions ?? [] };
        },
        { subresource: 'status' },
      );
      await harness.until('the endpoint to go', () => seenMs > 0);
      expect(seenMs - startMs).to.be.below(50);
    });

    it('rolls out within its limits, numbers its revisions, and goes back', async () => {
      const deployments = harness.resources.client('deployments.apps');
      const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2, maxUnavailable: 1 } };
      await deployments.create(deploymentOf('web', 'app:1', { replicas: 8, strategy }));
      await harness.rolledOut('web');
      let most = 0;
      let fewest = Infinity;
      const unsubscribe = harness.resources.informer('pods').onChange(() => {
        most = Math.max(most, harness.pods().filter(isActive).length);
        fewest = Math.min(fewest, harness.pods().filter(isAvailable).length);
      });
      for (const image of ['app:2', 'app:3', 'app:1']) {
        await deployments.modify('default', 'web', (draft) => {
          for (const container of draft.spec.template.spec?.containers ?? []) container.image = image;
        });
        await harness.rolledOut('web');
      }
      unsubscribe();
      expect(most).to.be.at.most(10);
      expect(fewest).to.be.at.least(7);
      await harness.quiet();
      const revisions = (await harness.replicaSets()).map(({ spec, metadata }) => [
        spec.template?.spec?.containers[0]?.image,
        metadata.annotations?.['deployment.kubernetes.io/revision'],
        spec.replicas,
      ]);
      expect(revisions).to.have.deep.members([
        ['app:1', '4', 8],
        ['app:2', '2', 0],
        ['app:3', '3', 0],
      ]);
      expect((await harness.deployment('web')).metadata.annotations?.['deployment.kubernetes.io/revision']).to.equal('4');
    });

    it('never lets old and new pods of Recreate run together', async () => {
      const deployments = harness.resources.client('deployments.apps');
      await deployments.create(deploymentOf('web', 'app:1', { strategy: { type: 'Recreate' } }));
      await harness.rolledOut('web');
      const versions = new Set<number>();
      const unsubscribe = harness.resources.informer('pods').onChange(() => {
        versions.add(new Set(harness.pods().map(({ spec }) => spec.containers[0]?.image)).size);
      });
      await deployments.modify('default', 'web', (draft) => {
        for (const container of draft.spec.template.spec?.containers ?? []) container.image = 'app:2';
      });
      await harness.rolledOut('web');
      unsubscribe();
      expect(Math.max(...versions)).to.equal(1);
    });

    for (const propagationPolicy of ['Background', 'Foreground'] as const) {
      it(`deletes everything of a deployment in the ${propagationPolicy.toLowerCase()}`, async () => {
        await harness.resources.client('deployments.apps').create(deploymentOf('web', 'app:1'));
        await harness.rolledOut('web');
        await harness.resources.client('deployments.apps').delete('default', 'web', { propagationPolicy });
        await harness.until('everything to go', async () => harness.pods().length + (await harness.replicaSets()).length === 0);
        expect(await harness.resources.client('deployments.apps').get('default', 'web')).to.equal(undefined);
      });
    }

    it('leaves orphans, which a new deployment adopts', async () => {
      const deployments = harness.resources.client('deployments.apps');
      await deployments.create(deploymentOf('web', 'app:1'));
      await harness.rolledOut('web');
      const before = harness.pods().map(({ metadata }) => metadata.uid);
      await deployments.delete('default', 'web', { propagationPolicy: 'Orphan' });
      await harness.until('the deployment to go', async () => (await deployments.get('default', 'web')) === undefined);
      await harness.quiet();
      expect((await harness.replicaSets())[0]?.metadata.ownerReferences).to.equal(undefined);
      await deployments.create(deploymentOf('web', 'app:1'));
      await harness.rolledOut('web');
      expect(harness.pods().map(({ metadata }) => metadata.uid)).to.have.members(before);
    });

    it('empties a namespace and lets it go', async () => {
      await harness.createNamespace('team');
      await harness.resources.client('deployments.apps').create(deploymentOf('web', 'app:1', {}, 'team'));
      await harness.resources.client('configmaps').create({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'held', namespace: 'team', finalizers: ['a.io/hold'] },
      });
      await harness.until('pods', () => harness.readyPods('team').length === 3);
      await harness.resources.client('namespaces').delete('', 'team');
      const status = async (): Promise<string[]> => {
        const namespace = await harness.resources.client('namespaces').get('', 'team');
        return (namespace?.status?.conditions ?? [])
          .filter((condition) => condition.status === 'True')
          .map(({ message = '' }) => message);
      };
      await harness.until('only the finalizer', async () =>
        (await status()).includes('Some resources are remaining: configmaps has 1 resource instances'),
      );
      expect(await status()).to.include(
        'Some content in the namespace has finalizers remaining: a.io/hold in 1 resource instances',
      );
      await harness.resources.client('configmaps').modify('team', 'held', (draft) => {
        delete draft.metadata.finalizers;
      });
      await harness.until(
        'the namespace to go',
        async () => (await harness.resources.client('namespaces').get('', 'team')) === undefined,
      );
      for (const { plural, group, namespaced } of harness.resources.definitions) {
        if (!namespaced) continue;
        const { items } = await harness.resources.registry(group === '' ? plural : `${plural}.${group}`).list('team');
        expect(items, plural).to.deep.equal([]);
      }
      expect(harness.errors).to.deep.equal([]);
    });

    it('repairs the CA and the account of a namespace', async () => {
      const configMaps = harness.resources.client('configmaps');
      const ca = async (): Promise<string | undefined> => (await configMaps.get('default', 'kube-root-ca.crt'))?.data?.['ca.crt'];
      await harness.until('the CA', async () => (await ca()) === 'CA');
      await configMaps.modify('default', 'kube-root-ca.crt', (draft) => void (draft.data = { 'ca.crt': 'forged' }));
      await harness.until('the CA again', async () => (await ca()) === 'CA');
      await harness.resources.client('serviceaccounts').delete('default', 'default');
      await harness.until(
        'the account again',
        async () => (await harness.resources.client('serviceaccounts').get('default', 'default')) !== undefined,
      );
    });
  });

  describe('when nodes fail', () => {
    beforeEach(async () => {
      harness = await ControllersHarness.start({ nodes: threeNodes, nodeGraceMs: 800 });
      await harness.resources.client('deployments.apps').create(deploymentOf('web', 'app:1', { replicas: 6 }));
      await harness.rolledOut('web');
    });
    const onNode = (name: string): string[] =>
      harness
        .pods()
        .filter(({ spec }) => spec.nodeName === name)
        .map(({ metadata }) => metadata.name);

    it('replaces the pods of a dead node, and removes the surplus when it returns', async () => {
      const lost = onNode('n1');
      expect(lost).to.have.length(2);
      harness.nodes.kill('n1');
      await harness.until('replacements', () => harness.readyPods().filter(({ spec }) => spec.nodeName !== 'n1').length === 6);
      const node = await harness.resources.client('nodes').get('', 'n1');
      expect(node?.spec.taints?.map(({ key, effect }) => `${key}:${effect}`)).to.deep.equal([
        'node.kubernetes.io/unreachable:NoSchedule',
        'node.kubernetes.io/unreachable:NoExecute',
      ]);
      expect(onNode('n1')).to.have.members(lost);
      harness.nodes.revive('n1');
      await harness.until(
        'the node to be ready',
        async () => !(await harness.resources.client('nodes').get('', 'n1'))?.spec.taints?.length,
      );
      // The kubelet finds its pods deleted and stops them.
      for (const name of lost) await harness.resources.client('pods').delete('default', name, { gracePeriodSeconds: 0 });
      await harness.quiet(400);
      expect(harness.readyPods()).to.have.length(6);
    });

    it('removes the pods of a node that is deleted', async () => {
      harness.nodes.kill('n1');
      await harness.resources.client('nodes').delete('', 'n1');
      await harness.until('its pods to go', () => onNode('n1').length === 0);
      await harness.until('replacements', () => harness.readyPods().length === 6);
    });

    it('evicts nothing when most nodes vanish, and keeps the pods ready', async () => {
      const before = harness.pods().map(({ metadata }) => metadata.uid);
      harness.nodes.kill('n1');
      harness.nodes.kill('n2');
      const readiness = async (name: string): Promise<string | undefined> =>
        (await harness.resources.client('nodes').get('', name))?.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
      await harness.until(
        'both to be Unknown',
        async () => (await readiness('n1')) === 'Unknown' && (await readiness('n2')) === 'Unknown',
      );
      await systemClock.sleep(500);
      expect(harness.readyPods().map(({ metadata }) => metadata.uid)).to.have.members(before);
      expect(harness.events.map(({ reason }) => reason)).to.include('EvictionBrakeOn');
      harness.nodes.revive('n1');
      harness.nodes.revive('n2');
      await harness.until(
        'both to be ready',
        async () => (await readiness('n1')) === 'True' && (await readiness('n2')) === 'True',
      );
      await systemClock.sleep(500);
      expect(harness.readyPods().map(({ metadata }) => metadata.uid)).to.have.members(before);
    });

    it('makes the pods ready again when the node comes back before they were replaced', async () => {
      await harness.stop();
      harness = await ControllersHarness.start({
        nodes: threeNodes,
        nodeGraceMs: 600,
        store: harness.store,
        defaultTolerationSeconds: 60,
      });
      await harness.resources.client('deployments.apps').create(deploymentOf('slow', 'app:1', { replicas: 3 }));
      await harness.rolledOut('slow');
      const slow = harness.pods().filter(({ metadata, spec }) => metadata.labels?.app === 'slow' && spec.nodeName === 'n1');
      expect(slow).to.have.length(1);
      const isReady = (): boolean => harness.readyPods().some(({ metadata }) => metadata.uid === slow[0]?.metadata.uid);
      harness.nodes.kill('n1');
      await harness.until('it to be unready', () => !isReady());
      harness.nodes.revive('n1');
      await harness.until('it to be ready again', isReady);
    });
  });

  describe('second round', () => {
    before(async () => {
      harness = await ControllersHarness.start({ nodes: threeNodes });
      await harness.resources.client('services').create({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'web', namespace: 'default', labels: { a: 'b' } },
        spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
      });
      await harness.resources.client('services').create({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'none', namespace: 'default' },
        spec: { selector: { app: 'none' }, clusterIP: 'None' },
      });
      await harness.resources.client('deployments.apps').create(deploymentOf('web', 'app:1', { minReadySeconds: 0 }));
      await harness.rolledOut('web');
      await harness.stop();
      // What the heartbeats alone have changed last is settled by the controllers.
      harness = await ControllersHarness.start({ store: harness.store });
      await harness.quiet(300);
    });
    const names = [
      'deployment',
      'replica-set',
      'endpoint-slice',
      'endpoints',
      'service-account',
      'root-ca',
      'namespace',
      'garbage-collection',
      'pod-gc',
      'node-lifecycle',
    ];
    for (const name of names) {
      it(`of ${name} on an unchanged state writes nothing`, async () => {
        const { store } = harness;
        await harness.stop();
        const before = store.revision();
        harness = await ControllersHarness.start({ store, controllers: (task) => task === `${name}-controller` });
        await harness.quiet(100);
        expect(store.revision()).to.equal(before);
        expect(harness.events).to.deep.equal([]);
        expect(harness.errors).to.deep.equal([]);
      });
    }
  });
});
