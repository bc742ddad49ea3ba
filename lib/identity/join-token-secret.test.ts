import { expect } from 'chai';

import { newTokenParts, readJoinTokenSecret, renderJoinTokenSecret, takeUse } from './join-token-secret.js';

describe('join token Secret', () => {
  const nowMs = Date.UTC(2026, 0, 1);
  const token = { id: 'abcdef', secret: '0123456789abcdef' };
  const attempt = (secret: ReturnType<typeof renderJoinTokenSecret>, presented = token.secret, at = nowMs): string => {
    try {
      takeUse(secret, presented, at);
      return 'taken';
    } catch (thrown) {
      return (thrown as Error).message;
    }
  };

  it('holds no plain secret', () => {
    const secret = renderJoinTokenSecret(token);
    expect(Object.values(secret.data ?? {}).map((value) => Buffer.from(value, 'base64').toString())).not.to.include(token.secret);
    expect(newTokenParts().secret).to.match(/^[a-z0-9]{16}$/);
  });

  it('counts uses and ends at its limit', () => {
    const secret = renderJoinTokenSecret({ ...token, usageLimit: 2 });
    expect(attempt(secret)).to.equal('taken');
    expect(attempt(secret)).to.equal('taken');
    expect(attempt(secret)).to.contain('used up');
    expect(readJoinTokenSecret(secret)).to.include({ usageCount: 2, usageLimit: 2 });
  });

  it('ends at its expiry', () => {
    const secret = renderJoinTokenSecret({ ...token, expiresAtMs: nowMs + 1_000 });
    expect(attempt(secret, token.secret, nowMs + 1_000)).to.contain('expired at 2026-01-01T00:00:01.000Z');
  });

  it('refuses another secret, and honours a Secret as kubeadm writes it', () => {
    const plain = renderJoinTokenSecret(token);
    const encode = (text: string): string => Buffer.from(text).toString('base64');
    plain.data = {
      'token-id': encode(token.id),
      'token-secret': encode(token.secret),
      'usage-bootstrap-authentication': encode('true'),
    };
    expect(attempt(plain, 'fedcba9876543210')).to.contain('unknown');
    expect(attempt(plain)).to.equal('taken');
  });
});
