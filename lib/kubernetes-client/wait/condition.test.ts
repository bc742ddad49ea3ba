import { expect } from 'chai';

import type { KubeObject } from '../objects.js';
import { computeVerdict, parseCondition } from './condition.js';

function object(kind: string, fields: { generation?: number; spec?: object; status?: object; metadata?: object }): KubeObject {
  const { generation = 1, spec = {}, status = {}, metadata = {} } = fields;
  return { apiVersion: 'v1', kind, metadata: { name: 'x', generation, ...metadata }, spec, status } as KubeObject;
}

const deployment = (status: object, generation = 1): KubeObject =>
  object('Deployment', { generation, spec: { replicas: 3 }, status });
const condition = (type: string, status: string, more: object = {}): object => ({ conditions: [{ type, status, ...more }] });

describe('computeVerdict', () => {
  const cases: [what: string, wait: string, given: KubeObject | undefined, met: boolean, observed: string][] = [
    ['a condition that is true', 'Ready', object('Pod', { status: condition('Ready', 'True') }), true, 'Ready=True'],
    [
      'a condition that is false, with its reason',
      'Ready',
      object('Pod', { status: { phase: 'Running', ...condition('Ready', 'False', { reason: 'ContainersNotReady' }) } }),
      false,
      'Ready=False (ContainersNotReady); Running on no node',
    ],
    [
      'a condition that shall be false',
      'condition=Ready=False',
      object('Node', { status: condition('Ready', 'False') }),
      true,
      'Ready=False',
    ],
    [
      'a condition without case',
      'available',
      object('Deployment', { status: { observedGeneration: 1, ...condition('Available', 'True') } }),
      true,
      'Available=True',
    ],
    [
      'a status of an older spec',
      'Available',
      object('Deployment', { generation: 2, status: { observedGeneration: 1, ...condition('Available', 'True') } }),
      false,
      'its controller has not seen the newest spec yet',
    ],
    [
      'a condition that is not there',
      'Synced',
      object('Widget', { status: condition('Other', 'True') }),
      false,
      'it has no condition Synced; it has Other',
    ],
    ['an object that is not there', 'Ready', undefined, false, 'it does not exist'],
    ['the end of an object', 'deleted', undefined, true, 'it is gone'],
    [
      'the end of one that nobody deletes',
      'deleted',
      object('Pod', {}),
      false,
      'it is there, and its deletion was not asked for',
    ],
    [
      'what holds an object',
      'deleted',
      object('Pod', { metadata: { deletionTimestamp: 'T', finalizers: ['a/b'] } }),
      false,
      'it is being deleted since T; finalizers: a/b',
    ],
    [
      'a StatefulSet by its count',
      'Ready',
      object('StatefulSet', { spec: { replicas: 2 }, status: { observedGeneration: 1, readyReplicas: 2 } }),
      true,
      '2 of 2 pods are ready',
    ],
    [
      'a DaemonSet by its count',
      'Available',
      object('DaemonSet', { status: { observedGeneration: 1, desiredNumberScheduled: 3, numberAvailable: 1 } }),
      false,
      '1 of 3 pods are available',
    ],
    ['a pod that has done its work', 'Complete', object('Pod', { status: { phase: 'Succeeded' } }), true, 'it succeeded'],
    [
      'a rollout that nobody has begun',
      'rolledOut',
      deployment({ observedGeneration: 1 }, 2),
      false,
      'its controller has not seen the newest spec yet',
    ],
    [
      'a rollout that makes pods',
      'rolledOut',
      deployment({ observedGeneration: 1, updatedReplicas: 1 }),
      false,
      '1 of 3 new replicas are made',
    ],
    [
      'a rollout that ends old pods',
      'rolledOut',
      deployment({ observedGeneration: 1, updatedReplicas: 3, replicas: 4 }),
      false,
      '1 old replicas are still to end',
    ],
    [
      'a rollout whose pods start',
      'rolledOut',
      deployment({ observedGeneration: 1, updatedReplicas: 3, replicas: 3, availableReplicas: 2 }),
      false,
      '2 of 3 new replicas are available',
    ],
    [
      'a rollout that is done',
      'rolledOut',
      deployment({ observedGeneration: 1, updatedReplicas: 3, replicas: 3, availableReplicas: 3 }),
      true,
      '3 of 3 replicas are available',
    ],
    [
      'a StatefulSet between revisions',
      'rolledOut',
      object('StatefulSet', {
        spec: { replicas: 1 },
        status: { observedGeneration: 1, readyReplicas: 1, updatedReplicas: 0, currentRevision: 'a', updateRevision: 'b' },
      }),
      false,
      '0 of 1 replicas are of revision b',
    ],
    [
      'a DaemonSet that rolls out',
      'rolledOut',
      object('DaemonSet', {
        status: { observedGeneration: 1, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 },
      }),
      true,
      '2 of 2 pods are available',
    ],
  ];
  for (const [what, wait, given, met, observed] of cases) {
    it(`sees ${what}`, () => expect(computeVerdict(parseCondition(wait), given)).to.include({ met, observed }));
  }

  const hopeless: [what: string, wait: string, given: KubeObject][] = [
    ['a bare pod that has failed', 'Ready', object('Pod', { status: { phase: 'Failed', ...condition('Ready', 'False') } })],
    ['a Job that has failed', 'Complete', object('Job', { status: condition('Failed', 'True') })],
    [
      'a rollout past its deadline',
      'rolledOut',
      deployment({ observedGeneration: 1, ...condition('Progressing', 'False', { reason: 'ProgressDeadlineExceeded' }) }),
    ],
  ];
  for (const [what, wait, given] of hopeless) {
    it(`gives up on ${what}`, () =>
      expect(computeVerdict(parseCondition(wait), given)).to.include({ met: false, hopeless: true }));
  }

  it('does not give up on a pod that its controller replaces', () => {
    const owned = object('Pod', {
      status: { phase: 'Failed', ...condition('Ready', 'False') },
      metadata: { ownerReferences: [{}] },
    });
    expect(computeVerdict(parseCondition('Ready'), owned).hopeless).to.equal(false);
  });

  it('refuses what cannot be waited for', () => {
    expect(() => parseCondition('jsonpath={.x}')).to.throw('cannot be waited for');
    expect(() => computeVerdict(parseCondition('rolledOut'), object('Pod', {}))).to.throw('a Pod does not roll out');
  });
});
