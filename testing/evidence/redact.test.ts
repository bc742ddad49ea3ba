import { expect } from 'chai';

import { redact } from './redact.js';

const object = { apiVersion: 'v1', metadata: { name: 'a', managedFields: [{}], annotations: { note: 'n' } } };

describe('redact', () => {
  it('shows of a Secret what it holds and how much, and none of it', () => {
    const applied = { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"password":"aHVudGVyMg=="}}' };
    const secret = redact({
      ...object,
      kind: 'Secret',
      metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...applied } },
      data: { password: 'aHVudGVyMg==' },
    });
    expect(secret.data).to.deep.equal({ password: '<7 bytes>' });
    expect(secret.metadata.annotations).to.deep.equal({ note: 'n' });
    expect(JSON.stringify(secret)).to.not.contain('aHVudGVyMg');
  });

  it('leaves other objects as they are but for the managed fields', () => {
    const config = redact({ ...object, kind: 'ConfigMap', data: { a: 'b' } });
    expect(JSON.parse(JSON.stringify(config))).to.deep.equal({
      ...{ apiVersion: 'v1', kind: 'ConfigMap', data: { a: 'b' } },
      metadata: { name: 'a', annotations: { note: 'n' } },
    });
  });
});
