import { expect } from 'chai';

import type { Cluster } from './cluster-file.js';
import { layoutOf } from './layout.js';
import { computeProcessSpecs, processNames } from './process-specs.js';
import { stateDirOf } from './process-table.js';

describe('computeProcessSpecs', () => {
  const nodes = ['node-1', 'node-2', 'node-3'];
  const cluster: Cluster = {
    nodes,
    address: '10.96.255.254',
    link: 'longshore244',
    clusterCidr: '10.244.0.0/16',
    serviceCidr: '10.96.0.0/17',
    clusterDns: '10.96.0.10',
    apiPort: 6443,
    nodePlanePort: 6444,
    healthPorts: Object.fromEntries(processNames(nodes).map((name, index) => [name, 7000 + index])),
  };

  it('makes one control plane and two agents a node', () => {
    expect(computeProcessSpecs(cluster, layoutOf('/d')).map(({ name }) => name)).to.deep.equal(processNames(nodes));
  });

  it('gives every process a folder that the process table finds it by', () => {
    for (const spec of computeProcessSpecs(cluster, layoutOf('/d')))
      expect(stateDirOf(['node', ...spec.args])).to.equal(spec.stateDir);
  });

  it('gives every process a folder and a health port of its own', () => {
    const specs = computeProcessSpecs(cluster, layoutOf('/d'));
    expect(new Set(specs.map(({ stateDir }) => stateDir)).size).to.equal(7);
    expect(new Set(specs.map(({ healthPort }) => healthPort)).size).to.equal(7);
  });
});
