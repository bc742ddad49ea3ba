import { generateKeyPairSync } from 'node:crypto';

import { expect } from 'chai';

import { FakeClock } from '../../lib/clock/fake-clock.js';
import { type BoundObjects, ServiceAccountTokens } from './service-account-tokens.js';

describe('ServiceAccountTokens', () => {
  const newKey = (): string =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const clock = new FakeClock();
  const tokens = new ServiceAccountTokens({ privateKeyPem: newKey(), clock });
  const existing: BoundObjects = {
    serviceAccountUid: async () => 'sa-uid',
    podUid: async () => 'pod-uid',
  };
  const request = {
    namespace: 'default',
    serviceAccount: { name: 'web', uid: 'sa-uid' },
    pod: { name: 'web-1', uid: 'pod-uid' },
    audiences: [],
    expirationSeconds: 3600,
  };
  const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => 'ok',
      (error: unknown) => (error as { code?: string }).code,
    );

  it('verifies what it issued, as Kubernetes names it', async () => {
    const { token, expiresAtMs } = await tokens.issue(request);
    expect(expiresAtMs).to.equal(clock.now() + 3_600_000);
    const identity = await tokens.verify(token, existing);
    expect(identity.username).to.equal('system:serviceaccount:default:web');
    expect(identity.groups).to.include('system:serviceaccounts:default');
    expect(identity.extra['authentication.kubernetes.io/pod-uid']).to.deep.equal(['pod-uid']);
  });

  it('refuses tokens that are expired, of another key, for another audience, or whose objects are gone', async () => {
    const { token } = await tokens.issue(request);
    const other = new ServiceAccountTokens({ privateKeyPem: newKey(), clock });
    const later = new FakeClock(clock.now() + 3_601_000);
    const key = newKey();
    const expired = await new ServiceAccountTokens({ privateKeyPem: key, clock }).issue(request);
    expect(await codeOf(other.verify(token, existing))).to.equal('Unauthenticated');
    expect(await codeOf(new ServiceAccountTokens({ privateKeyPem: key, clock: later }).verify(expired.token, existing))).to.equal(
      'Unauthenticated',
    );
    expect(await codeOf(tokens.verify(token, existing, ['vault']))).to.equal('Unauthenticated');
    expect(await codeOf(tokens.verify(token, { ...existing, podUid: async () => 'another' }))).to.equal('Unauthenticated');
    expect(await codeOf(tokens.verify(token, { ...existing, serviceAccountUid: async () => undefined }))).to.equal(
      'Unauthenticated',
    );
    expect(await codeOf(tokens.verify('not.a.token', existing))).to.equal('Unauthenticated');
    expect(await codeOf(tokens.verify(token, existing))).to.equal('ok');
  });
});
