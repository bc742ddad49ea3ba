import { expect } from 'chai';

import { isError } from '../../lib/errors/errors.js';
import { type KubeconfigDocument, mergeAccess } from './merge-access.js';

const admin: KubeconfigDocument = {
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'longshore', cluster: { server: 'https://127.0.0.1:6443', 'certificate-authority-data': 'ours' } }],
  users: [{ name: 'kubernetes-admin', user: { 'client-certificate-data': 'c', 'client-key-data': 'k' } }],
  contexts: [],
};

describe('mergeAccess', () => {
  const work: KubeconfigDocument = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'work', cluster: { server: 'https://work', 'certificate-authority-data': 'theirs' } }],
    users: [{ name: 'me', user: { token: 't' } }],
    contexts: [{ name: 'work', context: { cluster: 'work', user: 'me' } }],
    'current-context': 'work',
  };

  it('adds the cluster beside what is there, as the current context', () => {
    const merged = mergeAccess(work, admin, { name: 'lab', server: 'https://10.0.0.5:6443' });
    expect(merged.clusters?.map(({ name }) => name)).to.deep.equal(['work', 'lab']);
    expect(merged.clusters?.[1]?.cluster.server).to.equal('https://10.0.0.5:6443');
    expect(merged.contexts?.[1]).to.deep.equal({ name: 'lab', context: { cluster: 'lab', user: 'lab-admin' } });
    expect(merged['current-context']).to.equal('lab');
    expect(work.clusters).to.have.length(1);
  });

  it('replaces its own entries, so that it is safe to repeat', () => {
    const once = mergeAccess(work, admin, { name: 'lab' });
    expect(mergeAccess(once, admin, { name: 'lab' })).to.deep.equal(once);
  });

  it('reads a file without lists', () => {
    const empty: KubeconfigDocument = { apiVersion: 'v1', kind: 'Config', clusters: null, users: null, contexts: null };
    expect(mergeAccess(empty, admin, { name: 'lab' }).clusters).to.have.length(1);
  });

  it('leaves the entry of another cluster of that name alone', () => {
    try {
      mergeAccess(work, admin, { name: 'work' });
      expect.fail('it was taken');
    } catch (thrown) {
      expect(isError(thrown, 'Conflict')).to.equal(true);
      expect((thrown as Error).message).to.include('--name');
    }
  });
});
