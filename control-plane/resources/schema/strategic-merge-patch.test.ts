import { expect } from 'chai';
import { strategicMergePatch } from './strategic-merge-patch.js';

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', annotations: { a: '1', b: '2' } },
  spec: {
    replicas: 2,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          {
            name: 'web',
            image: 'web:1',
            ports: [{ containerPort: 80 }],
            env: [
              { name: 'A', value: '1' },
              { name: 'B', value: '2' },
            ],
          },
          { name: 'log', image: 'log:1', args: ['x', 'y'] },
        ],
        volumes: [{ name: 'data', emptyDir: {} }],
      },
    },
  },
};
const type = 'apps.v1.Deployment';

function patched(patch: unknown, current: unknown = deployment): typeof deployment {
  const before = JSON.stringify(current);
  const result = strategicMergePatch(type, current, patch);
  expect(JSON.stringify(current)).to.equal(before);
  return result as typeof deployment;
}

const podSpec = (spec: unknown): unknown => ({ spec: { template: { spec } } });

describe('strategicMergePatch', () => {
  it('changes one image, as kubectl set image asks', () => {
    const patch = podSpec({
      '$setElementOrder/containers': [{ name: 'web' }, { name: 'log' }],
      containers: [{ name: 'web', image: 'web:2' }],
    });
    const { containers } = patched(patch).spec.template.spec;
    expect(containers.map(({ name, image }) => `${name} ${image}`)).to.deep.equal(['web web:2', 'log log:1']);
    expect(containers[0]?.env).to.have.length(2);
  });

  it('adds the annotation of kubectl rollout restart', () => {
    const annotations = { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z' };
    const { template } = patched({ spec: { template: { metadata: { annotations } } } }).spec;
    expect(template.metadata).to.deep.equal({ labels: { app: 'web' }, annotations });
  });

  it('deletes with null', () => {
    const result = patched({ metadata: { annotations: { a: null } }, spec: { replicas: null } });
    expect(result.metadata.annotations).to.deep.equal({ b: '2' });
    expect(result.spec).not.to.have.property('replicas');
  });

  it('deletes an item of a keyed list', () => {
    const { containers } = patched(podSpec({ containers: [{ $patch: 'delete', name: 'log' }] })).spec.template.spec;
    expect(containers.map(({ name }) => name)).to.deep.equal(['web']);
  });

  it('replaces a keyed list, or an object, when told to', () => {
    const list = patched(podSpec({ containers: [{ $patch: 'replace' }, { name: 'new', image: 'new:1' }] }));
    expect(list.spec.template.spec.containers).to.deep.equal([{ name: 'new', image: 'new:1' }]);
    const object = patched({ metadata: { annotations: { $patch: 'replace', c: '3' } } });
    expect(object.metadata.annotations).to.deep.equal({ c: '3' });
  });

  it('replaces lists that have no merge key', () => {
    const { containers } = patched(podSpec({ containers: [{ name: 'log', args: ['z'] }] })).spec.template.spec;
    expect(containers[1]?.args).to.deep.equal(['z']);
  });

  it('orders known items as asked and leaves unknown ones where they were', () => {
    const env = [
      { name: 'server', value: 's' },
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ];
    const current = { spec: { template: { spec: { containers: [{ name: 'web', env }] } } } };
    const result = patched(
      podSpec({
        containers: [
          {
            name: 'web',
            '$setElementOrder/env': [{ name: 'B' }, { name: 'C' }, { name: 'A' }],
            env: [{ name: 'C', value: '3' }],
          },
        ],
      }),
      current,
    );
    expect(result.spec.template.spec.containers[0]?.env?.map(({ name }) => name)).to.deep.equal(['server', 'B', 'C', 'A']);
  });

  it('keeps only what $retainKeys names', () => {
    const result = patched({ spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } });
    expect(result.spec.strategy).to.deep.equal({ type: 'Recreate' });
  });

  it('swaps the source of a volume', () => {
    const volumes = [{ $retainKeys: ['name', 'configMap'], name: 'data', configMap: { name: 'c' } }];
    const result = patched(podSpec({ volumes })).spec.template.spec.volumes;
    expect(result).to.deep.equal([{ name: 'data', configMap: { name: 'c' } }]);
  });

  it('merges lists of plain values as sets', () => {
    const current = { metadata: { name: 'a', finalizers: ['x/1', 'x/2'] } };
    const patch = { metadata: { '$deleteFromPrimitiveList/finalizers': ['x/1'], finalizers: ['x/3'] } };
    expect(strategicMergePatch(type, current, patch)).to.deep.equal({ metadata: { name: 'a', finalizers: ['x/2', 'x/3'] } });
    const alone = { metadata: { '$deleteFromPrimitiveList/finalizers': ['x/2'] } };
    expect(strategicMergePatch(type, current, alone)).to.deep.equal({ metadata: { name: 'a', finalizers: ['x/1'] } });
  });

  it('leaves no directive behind in what is new', () => {
    const container = {
      name: 'new',
      image: 'i',
      env: [
        { name: 'A', $patch: 'delete' },
        { name: 'B', value: null },
      ],
      lifecycle: { $patch: 'merge' },
    };
    const { containers } = patched(podSpec({ containers: [container] })).spec.template.spec;
    expect(containers[2]).to.deep.equal({ name: 'new', image: 'i', env: [{ name: 'B' }], lifecycle: {} });
  });

  it('refuses an item without its merge key', () => {
    expect(() => patched(podSpec({ containers: [{ image: 'x' }] }))).to.throw('does not contain declared merge key: name');
  });
});
