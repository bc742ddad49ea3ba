import { expect } from 'chai';
import { PodSpec } from '../../proto/gen/longshore/node/v1/pod.js';
import { computeResolvConf, parseResolvConf, renderResolvConf } from './resolv-conf.js';

const facts = {
  podIp: '',
  hostIp: '',
  nodeName: 'n1',
  nodeAllocatable: { cpuMillis: 0, memoryBytes: 0, ephemeralStorageBytes: 0 },
  dnsServers: ['10.244.1.1', '10.96.0.10'],
  clusterDomain: 'cluster.local',
};
const node = { nameservers: ['127.0.0.53', '192.0.2.53'], searches: ['corp'], options: ['rotate'] };
const cluster = {
  nameservers: ['10.244.1.1', '10.96.0.10'],
  searches: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
  options: ['ndots:5', 'timeout:1', 'attempts:3'],
};

describe('resolv.conf', () => {
  const cases: { when: string; spec: Partial<PodSpec>; expected: object }[] = [
    { when: 'ClusterFirst', spec: { dnsPolicy: 'ClusterFirst' }, expected: cluster },
    { when: 'ClusterFirst in the host network', spec: { dnsPolicy: 'ClusterFirst', hostNetwork: true }, expected: node },
    { when: 'ClusterFirstWithHostNet', spec: { dnsPolicy: 'ClusterFirstWithHostNet', hostNetwork: true }, expected: cluster },
    { when: 'Default', spec: { dnsPolicy: 'Default' }, expected: { ...node, nameservers: ['192.0.2.53'] } },
    {
      when: 'None with a dnsConfig',
      spec: {
        dnsPolicy: 'None',
        dnsConfig: { nameservers: ['1.2.3.4'], searches: ['a'], options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }] },
      },
      expected: { nameservers: ['1.2.3.4'], searches: ['a'], options: ['ndots:2', 'edns0'] },
    },
    {
      when: 'ClusterFirst with a dnsConfig',
      spec: {
        dnsPolicy: 'ClusterFirst',
        dnsConfig: { nameservers: ['10.96.0.10'], searches: ['corp'], options: [{ name: 'ndots', value: '1' }] },
      },
      expected: { ...cluster, searches: [...cluster.searches, 'corp'], options: ['ndots:1', 'timeout:1', 'attempts:3'] },
    },
  ];
  for (const { when, spec, expected } of cases) {
    it(`is computed for ${when}`, () => {
      expect(computeResolvConf(PodSpec.fromPartial(spec), 'shop', facts, node)).to.deep.equal(expected);
    });
  }

  it('asks the node’s DNS server when the node only has a loopback one', () => {
    const loopback = { nameservers: ['127.0.0.11'], searches: [], options: [] };
    const { nameservers } = computeResolvConf(PodSpec.fromPartial({ dnsPolicy: 'Default' }), 'shop', facts, loopback);
    expect(nameservers).to.deep.equal(['10.244.1.1']);
  });

  it('is read back as it was written', () => {
    expect(parseResolvConf(renderResolvConf(cluster))).to.deep.equal(cluster);
    expect(parseResolvConf('# comment\n')).to.deep.equal({ nameservers: [], searches: [], options: [] });
  });
});
