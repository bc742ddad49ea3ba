import { expect } from 'chai';
import type { LongshoreError } from '../../lib/errors/errors.js';
import type { Deployment } from '../../lib/kubernetes/types/apps-v1.js';
import type { FieldCause } from './causes.js';
import { keyOfDefinition } from './definition.js';
import { definitionsByKey } from './definitions.js';
import { makeDeployment, makeNode, makeReplicaSet, makeService } from './testing/builders.js';
import { createTestResources, type TestResources } from './testing/test-resources.js';

async function causes(action: Promise<unknown>): Promise<string[]> {
  const error = await action.then(
    () => undefined,
    (thrown: unknown) => thrown as LongshoreError,
  );
  return ((error?.fields['causes'] ?? []) as FieldCause[]).map(({ reason, field }) => `${reason} ${field}`);
}

describe('Definitions', () => {
  let test: TestResources;
  beforeEach(async () => {
    test = await createTestResources();
  });

  it('stand under their own keys', () => {
    for (const [key, definition] of Object.entries(definitionsByKey)) expect(keyOfDefinition(definition)).to.equal(key);
  });

  it('default a deployment as Kubernetes does', async () => {
    const { spec } = await test.resources
      .client('deployments.apps')
      .create(makeDeployment('web', { image: 'web:1', spec: { replicas: undefined } as unknown as Partial<Deployment['spec']> }));
    expect(spec).to.deep.equal({
      replicas: 1,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            {
              name: 'main',
              image: 'web:1',
              resources: {},
              terminationMessagePath: '/dev/termination-log',
              terminationMessagePolicy: 'File',
              imagePullPolicy: 'IfNotPresent',
            },
          ],
          restartPolicy: 'Always',
          terminationGracePeriodSeconds: 30,
          dnsPolicy: 'ClusterFirst',
          securityContext: {},
          schedulerName: 'default-scheduler',
        },
      },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    });
  });

  it('refuse deployments that cannot work', async () => {
    const deployments = test.resources.client('deployments.apps');
    const create = (spec: Partial<Deployment['spec']>): Promise<string[]> =>
      causes(deployments.create(makeDeployment('web', { spec })));
    expect(await create({ selector: { matchLabels: { app: 'other' } } })).to.deep.equal([
      'FieldValueInvalid spec.template.metadata.labels',
    ]);
    expect(await create({ selector: {} })).to.deep.equal(['FieldValueInvalid spec.selector']);
    expect(await create({ replicas: -1 })).to.deep.equal(['FieldValueInvalid spec.replicas']);
    expect(await create({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } })).to.deep.equal([
      'FieldValueInvalid spec.strategy.rollingUpdate.maxUnavailable',
    ]);
    expect(await create({ strategy: { type: 'Recreate', rollingUpdate: {} } })).to.deep.equal([
      'FieldValueForbidden spec.strategy.rollingUpdate',
    ]);
    const once = makeDeployment('web', { podSpec: { restartPolicy: 'Never' } });
    expect(await causes(deployments.create(once))).to.deep.equal(['FieldValueNotSupported spec.template.spec.restartPolicy']);
    const empty = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x', namespace: 'default' } } as Deployment;
    expect(await causes(deployments.create(empty))).to.deep.equal([
      'FieldValueRequired spec.selector',
      'FieldValueRequired spec.template',
    ]);
  });

  it('keep a selector for ever', async () => {
    const replicaSets = test.resources.client('replicasets.apps');
    await replicaSets.create(makeReplicaSet('web'));
    const change = replicaSets.modify('default', 'web', (object) => {
      object.spec.selector = { matchLabels: { app: 'x' } };
    });
    expect(await causes(change)).to.include('FieldValueInvalid spec.selector');
  });

  it('turn stringData of a secret into data, and hold what is immutable', async () => {
    const secrets = test.resources.client('secrets');
    const metadata = { name: 's', namespace: 'default' };
    const secret = await secrets.create({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { a: 'x' }, immutable: true });
    expect(secret).to.deep.include({ data: { a: 'eA==' }, type: 'Opaque' });
    expect(secret).not.to.have.property('stringData');
    expect(await causes(secrets.modify('default', 's', (object) => void (object.data = {})))).to.deep.equal([
      'FieldValueForbidden data',
    ]);
    expect(await causes(secrets.modify('default', 's', (object) => void (object.type = 'x')))).to.deep.equal([
      'FieldValueInvalid type',
    ]);
  });

  it('bound the size of a ConfigMap and the names of its keys', async () => {
    const maps = test.resources.client('configmaps');
    const create = (data: Record<string, string>): Promise<string[]> =>
      causes(maps.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'default' }, data }));
    expect(await create({ a: 'x'.repeat(2 ** 20 + 1) })).to.deep.equal(['FieldValueTooLong ']);
    expect(await create({ 'a/b': '' })).to.deep.equal(['FieldValueInvalid data[a/b]']);
  });

  it('refuse services with ports that cannot be told apart', async () => {
    const services = test.resources.client('services');
    expect(await causes(services.create(makeService('a', { ports: [] })))).to.deep.equal(['FieldValueRequired spec.ports']);
    const unnamed = makeService('a', { ports: [{ port: 80 }, { port: 81 }] });
    expect(await causes(services.create(unnamed))).to.deep.equal([
      'FieldValueRequired spec.ports[0].name',
      'FieldValueRequired spec.ports[1].name',
    ]);
    expect(await causes(services.create(makeService('1a')))).to.deep.equal(['FieldValueInvalid metadata.name']);
  });

  it('keep the status that a node registers with, and refuse a taint that stands twice', async () => {
    const nodes = test.resources.client('nodes');
    const node = await nodes.create(makeNode('n1'));
    expect(node.status?.capacity).to.deep.include({ cpu: '2', memory: '4294967296' });
    const taint = { key: 'a', effect: 'NoSchedule' };
    expect(await causes(nodes.create(makeNode('n2', { taints: [taint, taint] })))).to.deep.equal([
      'FieldValueDuplicate spec.taints[1]',
    ]);
  });

  it('fill every cell of every table', async () => {
    const { resources, clock } = test;
    await resources.client('deployments.apps').create(makeDeployment('web'));
    await resources.client('replicasets.apps').create(makeReplicaSet('web'));
    await resources
      .client('services')
      .create(makeService('web', { spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] } }));
    await resources.client('nodes').create(makeNode('n1', { unschedulable: true }));
    const rows: Record<string, string> = {};
    for (const definition of resources.definitions) {
      for (const object of (await resources.registry(keyOfDefinition(definition)).list()).items) {
        rows[definition.kind] = definition.columns.map((column) => String(column.cell(object, clock.now()))).join(' ');
      }
    }
    expect(rows['Deployment']).to.equal('web 0/1 0 0 0s main busybox:1.36 app=web');
    expect(rows['ReplicaSet']).to.equal('web 1 0 0 0s main busybox:1.36 app=web');
    expect(rows['Service']).to.match(/^web NodePort 10\.96\.\d+\.\d+ <none> 80:30080\/TCP 0s app=web$/);
    expect(rows['Node']).to.match(/^n1 Ready,SchedulingDisabled <none> 0s/);
    expect(rows['Namespace']).to.equal('default Active 0s');
  });
});
