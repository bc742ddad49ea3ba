import { expect } from 'chai';
import fc from 'fast-check';

import type { Deployment, DeploymentStatus, ReplicaSet } from '../../../lib/kubernetes/types/apps-v1.js';
import { makeDeployment, makeReplicaSet, type DeploymentOptions } from '../objects/builders.js';
import { computeDeployment, type DeploymentPlan } from './compute.js';
import { equalTemplates, podTemplateHash } from './pod-template-hash.js';

const startMs = Date.UTC(2026, 0, 1, 12);

function plan(
  deployment: Deployment,
  replicaSets: ReplicaSet[],
  options: { running?: string[]; nowMs?: number } = {},
): DeploymentPlan {
  const { running = [], nowMs = startMs } = options;
  return computeDeployment({ deployment, replicaSets, withRunningPods: new Set(running), nowMs });
}

const sizes = ({ update }: DeploymentPlan): Record<string, string> =>
  Object.fromEntries(
    update.filter(({ from, to }) => from !== to).map(({ replicaSet, from, to }) => [replicaSet.metadata.name, `${from}->${to}`]),
  );

const condition = (status: DeploymentStatus | undefined, type: string): string => {
  const found = status?.conditions?.find((item) => item.type === type);
  return `${found?.status} ${found?.reason}`;
};

/** The Deployment after a plan was applied to it, template annotations and all. */
function applied(deployment: Deployment, { status, revision }: DeploymentPlan): Deployment {
  const annotations = { ...deployment.metadata.annotations, ...(revision && { 'deployment.kubernetes.io/revision': revision }) };
  return { ...deployment, metadata: { ...deployment.metadata, annotations }, status };
}

describe('computeDeployment', () => {
  it('creates the first ReplicaSet at full size, revision 1', () => {
    const { create, revision, status } = plan(
      makeDeployment('web', { annotations: { 'kubernetes.io/change-cause': 'first' } }),
      [],
    );
    expect(create?.spec.replicas).to.equal(3);
    expect(create?.metadata.name).to.match(/^web-[bcdfghjklmnpqrstvwxz2456789]+$/);
    expect(create?.metadata.labels?.['pod-template-hash']).to.equal(create?.spec.selector.matchLabels?.['pod-template-hash']);
    expect(create?.metadata.annotations).to.deep.equal({
      'kubernetes.io/change-cause': 'first',
      'deployment.kubernetes.io/revision': '1',
      'deployment.kubernetes.io/desired-replicas': '3',
      'deployment.kubernetes.io/max-replicas': '4',
    });
    expect(revision).to.equal('1');
    expect(condition(status, 'Progressing')).to.equal('True NewReplicaSetCreated');
    expect(condition(status, 'Available')).to.equal('False MinimumReplicasUnavailable');
  });

  it('starts a new revision within the surge when the template changes', () => {
    const deployment = makeDeployment('web', { image: 'app:2' });
    const { create, revision } = plan(deployment, [makeReplicaSet(deployment, 'old', { replicas: 3, revision: 4 })]);
    expect(create?.spec.replicas).to.equal(1);
    expect(revision).to.equal('5');
  });

  it('goes back to the ReplicaSet of an equal template and gives it a new revision', () => {
    const deployment = makeDeployment('web', { image: 'app:1', replicas: 1 });
    const first = makeReplicaSet(deployment, 'one', { image: 'app:1', revision: 1 });
    const second = makeReplicaSet(deployment, 'two', { image: 'app:2', revision: 2, replicas: 1 });
    const result = plan(deployment, [first, second]);
    expect(result.create).to.equal(undefined);
    expect(result.revision).to.equal('3');
    expect(sizes(result)).to.deep.equal({ 'web-one': '0->1' });
    expect(result.update[0]?.replicaSet.metadata.annotations).to.include({
      'deployment.kubernetes.io/revision': '3',
      'deployment.kubernetes.io/revision-history': '1',
    });
  });

  it('writes nothing once the rollout is over', () => {
    const deployment = makeDeployment('web');
    const replicaSet = makeReplicaSet(deployment, 'one', {
      replicas: 3,
      revision: 1,
      annotations: { 'deployment.kubernetes.io/max-replicas': '4' },
    });
    const first = plan(deployment, [replicaSet]);
    expect(condition(first.status, 'Progressing')).to.equal('True NewReplicaSetAvailable');
    const after = applied(deployment, first);
    const second = plan(after, [replicaSet], { nowMs: startMs + 3_600_000 });
    expect(second.create).to.equal(undefined);
    expect(second.update).to.deep.equal([]);
    expect(second.remove).to.deep.equal([]);
    expect(second.revision).to.equal(undefined);
    expect(second.status).to.deep.equal(after.status);
    expect(second.requeueAfterMs).to.equal(undefined);
  });

  it('reports a rollout that makes no progress once its deadline is over', () => {
    const deployment = makeDeployment('web', { progressDeadlineSeconds: 60 });
    const replicaSet = makeReplicaSet(deployment, 'one', { replicas: 3, statusReplicas: 3, available: 0, revision: 1 });
    const first = plan(deployment, [replicaSet]);
    expect(first.requeueAfterMs).to.equal(61_000);
    const stuck = applied(deployment, first);
    expect(condition(plan(stuck, [replicaSet], { nowMs: startMs + 59_000 }).status, 'Progressing')).to.equal(
      'True ReplicaSetUpdated',
    );
    const late = plan(stuck, [replicaSet], { nowMs: startMs + 61_000 });
    expect(condition(late.status, 'Progressing')).to.equal('False ProgressDeadlineExceeded');
    expect(late.requeueAfterMs).to.equal(undefined);
    const healed = makeReplicaSet(deployment, 'one', { replicas: 3, revision: 1 });
    expect(condition(plan(applied(stuck, late), [healed]).status, 'Progressing')).to.equal('True NewReplicaSetAvailable');
  });

  it('passes on why pods cannot be created', () => {
    const deployment = makeDeployment('web');
    const replicaSet = makeReplicaSet(deployment, 'one', { replicas: 3, statusReplicas: 0 });
    const failing: ReplicaSet = {
      ...replicaSet,
      status: { replicas: 0, conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota' }] },
    };
    expect(condition(plan(deployment, [failing]).status, 'ReplicaFailure')).to.equal('True FailedCreate');
  });

  describe('scaling', () => {
    it('scales the only active ReplicaSet', () => {
      const deployment = makeDeployment('web', { replicas: 5 });
      const replicaSet = makeReplicaSet(makeDeployment('web'), 'one', { replicas: 3, revision: 1 });
      expect(sizes(plan(deployment, [replicaSet]))).to.deep.equal({ 'web-one': '3->5' });
    });

    it('spreads new pods in proportion in the middle of a rollout', () => {
      const before = makeDeployment('web', { replicas: 10, maxSurge: 3, maxUnavailable: 2, image: 'app:2' });
      const annotations = { 'deployment.kubernetes.io/max-replicas': '13' };
      const old = makeReplicaSet(before, 'old', { replicas: 8, image: 'app:1', revision: 1, annotations });
      const newest = makeReplicaSet(before, 'new', { replicas: 5, available: 0, image: 'app:2', revision: 2, annotations });
      const result = plan({ ...before, spec: { ...before.spec, replicas: 15 } }, [old, newest]);
      // Kubernetes' own example: 15 + 3 pods, 3 of 5 to the larger.
      expect(sizes(result)).to.deep.equal({ 'web-old': '8->11', 'web-new': '5->7' });
    });

    it('takes pods in proportion and never below zero', () => {
      const bounds = fc.record({
        old: fc.integer({ min: 1, max: 30 }),
        fresh: fc.integer({ min: 1, max: 30 }),
        to: fc.integer({ min: 0, max: 60 }),
      });
      fc.assert(
        fc.property(bounds, ({ old, fresh, to }) => {
          const before = makeDeployment('web', { replicas: old + fresh, maxSurge: 2, image: 'app:2' });
          const annotations = { 'deployment.kubernetes.io/max-replicas': String(old + fresh + 2) };
          const sets = [
            makeReplicaSet(before, 'old', { replicas: old, image: 'app:1', annotations }),
            makeReplicaSet(before, 'new', { replicas: fresh, available: 0, image: 'app:2', annotations }),
          ];
          if (to === old + fresh) return;
          const result = plan({ ...before, spec: { ...before.spec, replicas: to } }, sets);
          const total = result.update.reduce((sum, update) => sum + update.to, 0);
          expect(total).to.equal(to === 0 ? 0 : to + 2);
          result.update.forEach((update) => expect(update.to).to.be.at.least(0));
        }),
      );
    });
  });

  describe('Recreate', () => {
    const options: DeploymentOptions = { recreate: true, image: 'app:2' };
    const deployment = makeDeployment('web', options);
    const old = (replicas: number, statusReplicas = replicas): ReplicaSet =>
      makeReplicaSet(deployment, 'old', { replicas, statusReplicas, image: 'app:1', revision: 1 });

    it('stops all old pods first', () => {
      const result = plan(deployment, [old(3)]);
      expect(sizes(result)).to.deep.equal({ 'web-old': '3->0' });
      expect(result.create).to.equal(undefined);
    });

    it('waits until the last of them is gone', () => {
      expect(plan(deployment, [old(0, 1)]).create).to.equal(undefined);
      expect(plan(deployment, [old(0)], { running: ['replicaset-web-old'] }).create).to.equal(undefined);
    });

    it('then starts all new ones', () => {
      expect(plan(deployment, [old(0)]).create?.spec.replicas).to.equal(3);
    });
  });

  describe('paused', () => {
    const deployment = makeDeployment('web', { paused: true, image: 'app:2', replicas: 5 });
    const old = makeReplicaSet(makeDeployment('web'), 'old', { replicas: 3, image: 'app:1', revision: 1 });

    it('does not roll out, but scales', () => {
      const result = plan(deployment, [old]);
      expect(result.create).to.equal(undefined);
      expect(sizes(result)).to.deep.equal({ 'web-old': '3->5' });
      expect(condition(result.status, 'Progressing')).to.equal('Unknown DeploymentPaused');
    });

    it('goes on when resumed', () => {
      const paused = applied(deployment, plan(deployment, [old]));
      const resumed = plan({ ...paused, spec: { ...paused.spec, paused: false, replicas: 3 } }, [old]);
      expect(resumed.create?.spec.replicas).to.equal(1);
    });
  });

  it('removes old ReplicaSets beyond the history limit, lowest revision first, none with pods', () => {
    const deployment = makeDeployment('web', { image: 'app:9', revisionHistoryLimit: 1 });
    const newest = makeReplicaSet(deployment, 'nine', { replicas: 3, image: 'app:9', revision: 9 });
    const old = [3, 1, 2].map((revision) => makeReplicaSet(deployment, `r${revision}`, { image: `app:${revision}`, revision }));
    expect(plan(deployment, [newest, ...old]).remove.map(({ metadata }) => metadata.name)).to.deep.equal(['web-r1', 'web-r2']);
    const busy = makeReplicaSet(deployment, 'r0', { image: 'app:0', revision: 0, statusReplicas: 1, available: 0 });
    expect(plan(deployment, [newest, busy, ...old]).remove).to.deep.equal([]);
  });

  it('only reports while it is being deleted', () => {
    const deployment = makeDeployment('web');
    deployment.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    const result = plan(deployment, []);
    expect(result.create).to.equal(undefined);
    expect(result.update).to.deep.equal([]);
  });
});

describe('podTemplateHash', () => {
  const { template } = makeDeployment('web').spec;

  it('does not depend on the order of keys', () => {
    const reversed = { spec: template.spec, metadata: template.metadata } as typeof template;
    expect(podTemplateHash(reversed)).to.equal(podTemplateHash(template));
  });

  it('differs by template and by collision count', () => {
    const other = makeDeployment('web', { image: 'app:2' }).spec.template;
    expect(new Set([podTemplateHash(template), podTemplateHash(other), podTemplateHash(template, 1)]).size).to.equal(3);
  });

  it('stays what it is from version to version', () => {
    expect(podTemplateHash(template)).to.equal('d8cb97b7');
  });

  it('is left out when templates are compared', () => {
    const deployment = makeDeployment('web');
    expect(equalTemplates(makeReplicaSet(deployment, 'one').spec.template, deployment.spec.template)).to.equal(true);
    expect(
      equalTemplates(makeReplicaSet(deployment, 'one', { image: 'app:2' }).spec.template, deployment.spec.template),
    ).to.equal(false);
  });
});
