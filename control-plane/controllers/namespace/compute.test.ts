import { expect } from 'chai';

import type { Namespace } from '../../../lib/kubernetes/types/core-v1.js';
import { computeNamespaceStatus, mustEmpty, type NamespaceContent } from './compute.js';

const going: Namespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'team', deletionTimestamp: '2026-01-01T00:00:00Z' },
  spec: { finalizers: ['kubernetes'] },
  status: { phase: 'Active' },
};
const content = (
  remaining: Record<string, number>,
  finalizers: Record<string, number> = {},
  failures: string[] = [],
): NamespaceContent => ({
  remaining: new Map(Object.entries(remaining)),
  finalizers: new Map(Object.entries(finalizers)),
  failures,
});

describe('computeNamespaceStatus', () => {
  it('says what is left and which finalizers hold it', () => {
    const { phase, conditions } = computeNamespaceStatus(going, content({ pods: 2 }, { 'a.io/f': 1 }, ['pods: no']), 0);
    expect(phase).to.equal('Terminating');
    expect(conditions?.filter(({ status }) => status === 'True').map(({ type, message }) => [type, message])).to.deep.equal([
      ['NamespaceDeletionContentFailure', 'Failed to delete all resource types, 1 remaining: pods: no'],
      ['NamespaceContentRemaining', 'Some resources are remaining: pods has 2 resource instances'],
      ['NamespaceFinalizersRemaining', 'Some content in the namespace has finalizers remaining: a.io/f in 1 resource instances'],
    ]);
  });

  it('is the same again while nothing changes', () => {
    const status = computeNamespaceStatus(going, content({}), 0);
    expect(status.conditions?.every((condition) => condition.status === 'False')).to.equal(true);
    expect(computeNamespaceStatus({ ...going, status }, content({}), 60_000)).to.deep.equal(status);
  });
});

describe('mustEmpty', () => {
  it('is for namespaces that are going and not yet let go', () => {
    expect(mustEmpty(going)).to.equal(true);
    expect(mustEmpty({ ...going, spec: {} })).to.equal(false);
    expect(mustEmpty({ ...going, metadata: { name: 'team' } })).to.equal(false);
    expect(mustEmpty(undefined)).to.equal(false);
  });
});
