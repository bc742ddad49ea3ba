import { expect } from 'chai';
import fc from 'fast-check';

import type { ReplicaSet } from '../../../lib/kubernetes/types/apps-v1.js';
import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { makeDeployment, makePod, makeReplicaSet, type PodOptions } from '../objects/builders.js';
import { isPodActive } from '../objects/pod-state.js';
import { computePodChanges, computeStatus, podFromTemplate, type ReplicaSetSnapshot } from './compute.js';
import { podsToDelete } from './pod-ranking.js';
import { slowStart } from './slow-start.js';

const nowMs = Date.UTC(2026, 0, 2);
const replicaSet = (replicas: number): ReplicaSet => makeReplicaSet(makeDeployment('web'), 'one', { replicas });
const snapshot = (replicas: number, pods: Pod[]): ReplicaSetSnapshot => ({
  replicaSet: replicaSet(replicas),
  pods,
  related: pods,
  nowMs,
});

describe('computePodChanges', () => {
  it('replaces finished pods and does not count terminating ones', () => {
    const pods = [
      makePod('runs', { node: 'n1', ready: true }),
      makePod('failed', { node: 'n1', phase: 'Failed' }),
      makePod('done', { node: 'n1', phase: 'Succeeded' }),
      makePod('going', { node: 'n1', deleting: true }),
    ];
    expect(computePodChanges(snapshot(3, pods))).to.deep.equal({ create: 2, remove: [] });
  });

  it('does nothing for a ReplicaSet that is being deleted', () => {
    const going = replicaSet(3);
    going.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    expect(computePodChanges({ ...snapshot(3, []), replicaSet: going })).to.deep.equal({ create: 0, remove: [] });
  });

  it('always arrives at the wanted number of active pods', () => {
    const pod = fc.record({
      node: fc.option(fc.constantFrom('n1', 'n2'), { nil: undefined }),
      phase: fc.constantFrom('Pending', 'Running', 'Failed', 'Succeeded'),
      ready: fc.boolean(),
      deleting: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(pod, { maxLength: 20 }), fc.integer({ min: 0, max: 20 }), (specs, replicas) => {
        const pods = specs.map((spec, index) => makePod(`p${index}`, spec as PodOptions));
        const { create, remove } = computePodChanges(snapshot(replicas, pods));
        expect(pods.filter(isPodActive).length + create - remove.length).to.equal(replicas);
        expect(remove.every(isPodActive)).to.equal(true);
        expect(new Set(remove).size).to.equal(remove.length);
      }),
    );
  });
});

describe('podsToDelete', () => {
  const base: PodOptions = { node: 'n1', ready: true, uid: 'b' };
  const cases: [string, PodOptions, PodOptions][] = [
    ['not assigned', { ready: false }, { ...base, ready: false }],
    ['pending', { ...base, phase: 'Pending', ready: false }, { ...base, ready: false }],
    ['not ready', { ...base, ready: false }, base],
    ['cheaper to delete', { ...base, annotations: { 'controller.kubernetes.io/pod-deletion-cost': '-5' } }, base],
    ['ready for a shorter time', { ...base, readySince: '2026-01-01T23:00:00Z' }, base],
    ['restarted more often', { ...base, restarts: 4 }, { ...base, restarts: 1 }],
    ['younger', { ...base, created: '2026-01-01T23:00:00Z' }, base],
  ];
  for (const [what, victim, survivor] of cases) {
    it(`takes the pod that is ${what}`, () => {
      // The uid would decide otherwise if nothing else did.
      const pods = [makePod('survivor', { ...survivor, uid: 'a' }), makePod('victim', { ...victim, uid: 'b' })];
      expect(podsToDelete(pods, pods, 1, nowMs).map(({ metadata }) => metadata.name)).to.deep.equal(['victim']);
    });
  }

  it('takes a pod from the node with most related pods', () => {
    const pods = [makePod('alone', { ...base, node: 'n2', uid: 'a' }), makePod('doubled', base)];
    const related = [...pods, makePod('sister', { ...base, uid: 'c' })];
    expect(podsToDelete(pods, related, 1, nowMs).map(({ metadata }) => metadata.name)).to.deep.equal(['doubled']);
  });
});

describe('computeStatus', () => {
  it('counts ready and available pods and says when the next becomes available', () => {
    const pods = [
      makePod('old', { node: 'n1', ready: true, labels: { app: 'web', 'pod-template-hash': 'one' } }),
      makePod('new', { node: 'n1', ready: true, readySince: '2026-01-01T23:59:55Z' }),
      makePod('pending'),
      makePod('going', { node: 'n1', ready: true, deleting: true }),
    ];
    const set = replicaSet(3);
    set.spec.minReadySeconds = 10;
    const { status, requeueAfterMs } = computeStatus({ ...snapshot(3, pods), replicaSet: set }, undefined);
    expect(status).to.deep.equal({
      replicas: 3,
      fullyLabeledReplicas: 1,
      readyReplicas: 2,
      availableReplicas: 1,
      terminatingReplicas: 1,
      observedGeneration: 1,
    });
    expect(requeueAfterMs).to.equal(5_000);
  });

  it('keeps ReplicaFailure as long as pods cannot be created', () => {
    const failure = { reason: 'FailedCreate', message: 'quota' } as const;
    const first = computeStatus(snapshot(1, []), failure).status;
    expect(first.conditions?.map(({ type, reason }) => `${type} ${reason}`)).to.deep.equal(['ReplicaFailure FailedCreate']);
    const again = { ...snapshot(1, []), replicaSet: { ...replicaSet(1), status: first } };
    expect(computeStatus({ ...again, nowMs: nowMs + 5_000 }, failure).status).to.deep.equal(first);
    expect(computeStatus(again, undefined).status.conditions).to.equal(undefined);
  });
});

describe('podFromTemplate', () => {
  it('is controlled by the ReplicaSet and carries the labels of the template', () => {
    const { metadata } = podFromTemplate(replicaSet(1));
    expect(metadata.generateName).to.equal('web-one-');
    expect(metadata.labels).to.deep.equal({ app: 'web', 'pod-template-hash': 'one' });
    expect(metadata.ownerReferences?.[0]).to.include({
      kind: 'ReplicaSet',
      name: 'web-one',
      uid: 'replicaset-web-one',
      controller: true,
    });
  });
});

describe('slowStart', () => {
  it('doubles its batches', async () => {
    const batches: number[] = [];
    let current = 0;
    const result = await slowStart(10, async () => {
      current += 1;
      const size = current;
      await Promise.resolve();
      if (size === current) batches.push(current);
      if (size === current) current = 0;
    });
    expect(result).to.deep.equal({ succeeded: 10, failures: [] });
    expect(batches).to.deep.equal([1, 2, 4, 3]);
  });

  it('stops after a batch with a failure', async () => {
    let calls = 0;
    const result = await slowStart(100, () => {
      calls += 1;
      return calls > 3 ? Promise.reject(new Error('quota')) : Promise.resolve();
    });
    expect(calls).to.equal(7);
    expect(result.succeeded).to.equal(3);
    expect(result.failures).to.have.length(4);
  });
});
