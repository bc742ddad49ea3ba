import { expect } from 'chai';

import { aggregatedDiscovery, apiGroup, apiGroupList, apiResourceList } from './documents.js';
import type { ServedResource } from './served-resources.js';

const resource = (group: string, kind: string, more: Partial<ServedResource> = {}): ServedResource => ({
  group,
  version: 'v1',
  kind,
  plural: `${kind.toLowerCase()}s`,
  singular: kind.toLowerCase(),
  shortNames: [],
  categories: [],
  namespaced: true,
  verbs: ['get', 'list'],
  subresources: [],
  ...more,
});

describe('discovery documents', () => {
  const scale = { name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get'] };
  const served = [
    resource('', 'Pod', { shortNames: ['po'], categories: ['all'] }),
    resource('apps', 'Deployment', { subresources: [scale] }),
  ];

  it('lists the named groups', () => {
    const group = {
      name: 'apps',
      versions: [{ groupVersion: 'apps/v1', version: 'v1' }],
      preferredVersion: { groupVersion: 'apps/v1', version: 'v1' },
    };
    expect(apiGroupList(served)).to.deep.include({ kind: 'APIGroupList', groups: [group] });
    expect(apiGroup(served, 'apps')).to.deep.include(group);
    expect(apiGroup(served, 'batch')).to.equal(undefined);
  });

  it('lists the resources and subresources of a version', () => {
    expect(apiResourceList(served, '', 'v1')).to.deep.equal({
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: 'v1',
      resources: [
        {
          name: 'pods',
          singularName: 'pod',
          namespaced: true,
          kind: 'Pod',
          verbs: ['get', 'list'],
          shortNames: ['po'],
          categories: ['all'],
        },
      ],
    });
    expect(apiResourceList(served, 'apps', 'v1')).to.have.deep.nested.property('resources[1]', {
      name: 'deployments/scale',
      singularName: '',
      namespaced: true,
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
      verbs: ['get'],
    });
    expect(apiResourceList(served, 'apps', 'v2')).to.equal(undefined);
  });

  it('aggregates all of it, the core group apart', () => {
    const core = aggregatedDiscovery(served, 'api', 'apidiscovery.k8s.io/v2');
    expect(core).to.have.nested.property('items.length', 1);
    expect(core).to.have.nested.property('items[0].versions[0].resources[0].scope', 'Namespaced');
    const named = aggregatedDiscovery(served, 'apis', 'apidiscovery.k8s.io/v2');
    expect(named).to.have.nested.property('items[0].metadata.name', 'apps');
    expect(named).to.have.nested.property('items[0].versions[0].resources[0].subresources[0].responseKind.kind', 'Scale');
  });
});
