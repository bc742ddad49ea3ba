import { expect } from 'chai';

import type { Node, Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { makeNode, makePod } from '../objects/builders.js';
import { computePodGarbage } from './compute.js';

function garbage(
  pods: Pod[],
  options: { nodes?: Node[]; gone?: string[]; terminatedThreshold?: number; leases?: string[] } = {},
): string[] {
  const { nodes = [makeNode('n1')], gone = [], terminatedThreshold = 10, leases = [] } = options;
  const result = computePodGarbage({
    pods,
    leases: leases.map((name) => ({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name }, spec: {} })),
    node: (name) => nodes.find(({ metadata }) => metadata.name === name),
    isGone: (name) => gone.includes(name),
    terminatedThreshold,
  });
  return [
    ...result.pods.map(({ pod, reason }) => `${pod.metadata.name} ${reason}`),
    ...result.leases.map(({ metadata }) => `lease ${metadata.name}`),
  ];
}

describe('computePodGarbage', () => {
  it('leaves pods of known nodes and waiting pods alone', () => {
    expect(garbage([makePod('a', { node: 'n1' }), makePod('b'), makePod('c', { node: 'n1', deleting: true })])).to.deep.equal([]);
  });

  it('removes pods and the Lease of a node once it is gone for good', () => {
    const pods = [makePod('a', { node: 'n9' })];
    expect(garbage(pods, { leases: ['n9', 'n1'] })).to.deep.equal([]);
    expect(garbage(pods, { gone: ['n9'], leases: ['n9', 'n1'] })).to.deep.equal(['a NodeGone', 'lease n9']);
  });

  it('removes terminating pods that no node has', () => {
    expect(garbage([makePod('a', { deleting: true })])).to.deep.equal(['a TerminatingUnscheduled']);
  });

  it('removes terminating pods of a node that is out of service', () => {
    const node = makeNode('n1', { ready: 'Unknown' });
    node.spec.taints = [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }];
    const pods = [makePod('a', { node: 'n1', deleting: true }), makePod('b', { node: 'n1' })];
    expect(garbage(pods, { nodes: [node] })).to.deep.equal(['a NodeOutOfService']);
  });

  it('keeps only so many finished pods, the oldest go', () => {
    const pods = ['03', '01', '02'].map((day) =>
      makePod(`d${day}`, { node: 'n1', phase: 'Succeeded', created: `2026-01-${day}T00:00:00Z` }),
    );
    expect(garbage(pods, { terminatedThreshold: 1 })).to.deep.equal(['d01 TooManyTerminated', 'd02 TooManyTerminated']);
  });
});
