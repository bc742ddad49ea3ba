import { expect } from 'chai';

import type { Cluster } from './cluster-file.js';
import { renderPartition } from './partition.js';

describe('renderPartition', () => {
  const cluster: Cluster = {
    nodes: ['node-1'],
    address: '10.9.255.254',
    link: 'longshore200',
    clusterCidr: '10.8.0.0/16',
    serviceCidr: '10.9.0.0/17',
    clusterDns: '10.9.0.10',
    apiPort: 1,
    nodePlanePort: 6444,
    nodePlaneAddresses: { 'node-1': '127.200.0.1' },
    healthPorts: {},
  };
  const text = renderPartition(cluster, { node: 'node-1', podCidr: '10.8.0.0/24', gateway: '10.8.0.1' });

  it('drops what goes to the node plane by the address of this node, and what comes back', () => {
    expect(text).to.contain('ip daddr 127.200.0.1 tcp dport 6444 drop').and.contain('ip saddr 127.200.0.1 tcp sport 6444 drop');
  });

  it('leaves the pods their own node', () => {
    expect(text).to.contain('ip saddr 10.8.0.0/24 ip daddr != 10.8.0.0/24 drop').and.contain('ip daddr != 10.8.0.1 drop');
  });

  it('replaces its own table only', () => {
    expect(text.match(/table inet \S+/g)).to.deep.equal(Array(3).fill('table inet longshore200_cut_node-1'));
  });
});
