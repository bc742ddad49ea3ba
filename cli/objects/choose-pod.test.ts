import { expect } from 'chai';

import type { Pod } from '../../lib/kubernetes/types/core-v1.js';
import { chooseContainer, rankPods, selectorOf } from './choose-pod.js';

function pod(name: string, fields: { ready?: boolean; phase?: string; born?: string; deleted?: boolean } = {}): Pod {
  const { ready = false, phase = 'Running', born = '2026-01-01T00:00:00Z', deleted = false } = fields;
  return {
    metadata: { name, creationTimestamp: born, ...(deleted && { deletionTimestamp: 'T' }) },
    spec: { containers: [{ name: 'main' }, { name: 'sidecar' }], initContainers: [{ name: 'init' }] },
    status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  } as unknown as Pod;
}

describe('Choice of a pod', () => {
  it('prefers Ready, then running, then young ones; never one that ends', () => {
    const pods = [
      pod('ending', { ready: true, deleted: true }),
      pod('pending', { phase: 'Pending' }),
      pod('running'),
      pod('old', { ready: true }),
      pod('young', { ready: true, born: '2026-01-02T00:00:00Z' }),
    ];
    expect(rankPods(pods).map(({ metadata }) => metadata.name)).to.deep.equal(['young', 'old', 'running', 'pending', 'ending']);
  });

  it('takes the first container, the annotated one, or the one that is named', () => {
    expect(chooseContainer(pod('p'), undefined)).to.deep.equal({ name: 'main', others: 1 });
    const annotated = pod('p');
    annotated.metadata.annotations = { 'kubectl.kubernetes.io/default-container': 'sidecar' };
    expect(chooseContainer(annotated, undefined)).to.deep.equal({ name: 'sidecar', others: 0 });
    expect(chooseContainer(pod('p'), 'init').name).to.equal('init');
    expect(() => chooseContainer(pod('p'), 'absent')).to.throw('pod p has no container absent; it has main, sidecar, init');
  });

  it('reads selectors of services and of workloads', () => {
    const object = { apiVersion: 'v1', kind: 'X', metadata: { name: 'x' } };
    expect(selectorOf({ ...object, spec: { selector: { app: 'web' } } })).to.equal('app=web');
    expect(
      selectorOf({
        ...object,
        spec: { selector: { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'a', operator: 'Exists' }] } },
      }),
    ).to.equal('a,app=web');
    expect(() => selectorOf({ ...object, spec: {} })).to.throw('X x selects no pods');
  });
});
