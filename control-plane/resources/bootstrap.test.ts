import { expect } from 'chai';
import { silentLogger } from '../../lib/log/logger.js';
import { bootstrapCluster, systemNamespaces } from './bootstrap.js';
import { createTestResources } from './testing/test-resources.js';

describe('bootstrapCluster', () => {
  it('makes the objects of every cluster, and changes nothing the second time', async () => {
    const { resources, store } = await createTestResources({ namespaces: [] });
    const options = {
      resources,
      log: silentLogger,
      advertiseAddress: '10.0.0.1',
      serviceCidr: '10.96.0.0/16',
      clusterDns: '10.96.0.10',
    };
    await bootstrapCluster(options);
    const names = (await resources.client('namespaces').list()).items.map(({ metadata }) => metadata.name);
    expect(names).to.have.members([...systemNamespaces]);
    const api = await resources.client('services').get('default', 'kubernetes');
    expect(api?.spec).to.deep.include({
      clusterIP: '10.96.0.1',
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: 6443 }],
    });
    expect((await resources.client('services').get('kube-system', 'kube-dns'))?.spec.clusterIP).to.equal('10.96.0.10');
    const revision = store.revision();
    await bootstrapCluster(options);
    expect(store.revision()).to.equal(revision);
  });

  it('follows a changed address of the API', async () => {
    const { resources } = await createTestResources({ namespaces: [] });
    const options = { resources, log: silentLogger, serviceCidr: '10.96.0.0/16', clusterDns: '10.96.0.10' };
    await bootstrapCluster({ ...options, advertiseAddress: '10.0.0.1' });
    await bootstrapCluster({ ...options, advertiseAddress: '10.0.0.2', apiPort: 7443 });
    const slice = await resources.client('endpointslices.discovery.k8s.io').get('default', 'kubernetes');
    expect(slice?.endpoints?.[0]?.addresses).to.deep.equal(['10.0.0.2']);
    expect((await resources.client('endpoints').get('default', 'kubernetes'))?.subsets?.[0]?.ports?.[0]?.port).to.equal(7443);
    expect((await resources.client('services').get('default', 'kubernetes'))?.spec.ports?.[0]?.targetPort).to.equal(7443);
  });

  it('puts no loopback address behind the service: no pod could reach the API there', async () => {
    const { resources, store } = await createTestResources({ namespaces: [] });
    const options = { resources, log: silentLogger, serviceCidr: '10.96.0.0/16', clusterDns: '10.96.0.10' };
    await bootstrapCluster({ ...options, advertiseAddress: '127.0.0.1' });
    const slices = resources.client('endpointslices.discovery.k8s.io');
    expect((await slices.get('default', 'kubernetes'))?.endpoints ?? []).to.deep.equal([]);
    const revision = store.revision();
    await bootstrapCluster({ ...options, advertiseAddress: '127.0.0.1' });
    expect(store.revision()).to.equal(revision);
    await bootstrapCluster({ ...options, advertiseAddress: '10.0.0.1' });
    expect((await slices.get('default', 'kubernetes'))?.endpoints?.[0]?.addresses).to.deep.equal(['10.0.0.1']);
    await bootstrapCluster({ ...options, advertiseAddress: '127.0.0.1' });
    expect((await slices.get('default', 'kubernetes'))?.endpoints ?? []).to.deep.equal([]);
    expect((await resources.client('endpoints').get('default', 'kubernetes'))?.subsets ?? []).to.deep.equal([]);
  });
});
