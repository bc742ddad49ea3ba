import { expect } from 'chai';

import type { KubeObject } from '../../resources/client.js';
import { blockingDependents, computeGarbage, stateOfExisting, type OwnerState } from './compute.js';
import { OwnerGraph, type GraphNode } from './owner-graph.js';

const reference = (uid: string, blockOwnerDeletion = true): GraphNode['owners'][number] => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  name: uid,
  uid,
  blockOwnerDeletion,
});
const node = (owners: string[], options: Partial<GraphNode> = {}): GraphNode => ({
  kind: 'pods',
  namespace: 'default',
  name: 'p',
  uid: 'p',
  owners: owners.map((uid) => reference(uid)),
  deleting: false,
  finalizers: [],
  ...options,
});

describe('computeGarbage', () => {
  const cases: [string, OwnerState[], boolean, Partial<GraphNode>, unknown][] = [
    ['keeps what has no owner', [], false, {}, { kind: 'keep' }],
    ['keeps what a solid owner holds', ['solid'], false, {}, { kind: 'keep' }],
    ['keeps what it cannot judge', ['unknown'], false, {}, { kind: 'keep' }],
    ['deletes what has lost its owner', ['absent'], false, {}, { kind: 'delete', propagationPolicy: 'Background' }],
    ['deletes what has lost all owners', ['absent', 'absent'], true, {}, { kind: 'delete', propagationPolicy: 'Background' }],
    [
      'drops absent owners when another is solid',
      ['absent', 'solid', 'waiting'],
      false,
      {},
      { kind: 'drop-owners', uids: ['o0', 'o2'] },
    ],
    ['drops absent owners when another is unknown', ['absent', 'unknown'], false, {}, { kind: 'drop-owners', uids: ['o0'] }],
    ['passes a foreground deletion on', ['waiting'], true, {}, { kind: 'delete', propagationPolicy: 'Foreground' }],
    ['ends a foreground deletion at a leaf', ['waiting'], false, {}, { kind: 'delete', propagationPolicy: 'Background' }],
    ['orphans what asks for it', ['absent'], true, { finalizers: ['orphan'] }, { kind: 'delete', propagationPolicy: 'Orphan' }],
    ['leaves alone what is going already', ['absent'], false, { deleting: true }, { kind: 'keep' }],
  ];
  for (const [what, states, hasDependents, options, expected] of cases) {
    it(what, () => {
      const owners = states.map((_, index) => `o${index}`);
      expect(computeGarbage(node(owners, options), states, hasDependents)).to.deep.equal(expected);
    });
  }
});

describe('stateOfExisting', () => {
  it('waits only for dependents that block, and only in the foreground', () => {
    const owner = { deleting: true, finalizers: ['foregroundDeletion'] };
    expect(stateOfExisting(owner, reference('o'))).to.equal('waiting');
    expect(stateOfExisting(owner, reference('o', false))).to.equal('solid');
    expect(stateOfExisting({ ...owner, finalizers: [] }, reference('o'))).to.equal('solid');
    expect(stateOfExisting({ ...owner, deleting: false }, reference('o'))).to.equal('solid');
  });
});

describe('OwnerGraph', () => {
  const object = (uid: string, owner?: string, deleting = false): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: uid,
      namespace: 'default',
      uid,
      ...(owner !== undefined && { ownerReferences: [reference(owner)] }),
      ...(deleting && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    },
  });
  const uids = (nodes: GraphNode[]): string[] => nodes.map(({ uid }) => uid);

  it('touches the dependents when an owner goes, in whatever order they were seen', () => {
    const graph = new OwnerGraph();
    expect(uids(graph.observe('pods', object('child', 'owner'), undefined))).to.deep.equal(['child']);
    graph.observe('replicasets.apps', object('owner'), undefined);
    expect(uids(graph.observe('replicasets.apps', undefined, object('owner')))).to.deep.equal(['child']);
  });

  it('touches the owner when a dependent goes', () => {
    const graph = new OwnerGraph();
    graph.observe('replicasets.apps', object('owner', undefined, true), undefined);
    graph.observe('pods', object('child', 'owner'), undefined);
    expect(uids(graph.dependentsOf('owner'))).to.deep.equal(['child']);
    expect(uids(graph.observe('pods', undefined, object('child', 'owner')))).to.deep.equal(['owner']);
    expect(graph.dependentsOf('owner')).to.deep.equal([]);
  });

  it('touches nothing when only a status changes', () => {
    const graph = new OwnerGraph();
    graph.observe('pods', object('child', 'owner'), undefined);
    expect(graph.observe('pods', object('child', 'owner'), object('child', 'owner'))).to.deep.equal([]);
  });

  it('knows which dependents block', () => {
    const owner = node([], { uid: 'o' });
    const blocking = node(['o'], { uid: 'a' });
    const free = { ...node([], { uid: 'b' }), owners: [reference('o', false)] };
    expect(uids(blockingDependents(owner, [blocking, free]))).to.deep.equal(['a']);
  });
});
