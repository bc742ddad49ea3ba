import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { FakeClock } from '../../lib/clock/fake-clock.js';
import { writeAddresses } from '../../lib/control-plane-addresses/control-plane-addresses.js';
import { parseJoinToken } from '../../lib/identity/join-token.js';
import { startTestApi, type TestApi } from '../../test/support/test-api.js';
import { renderKubeconfig } from '../pki/admin-kubeconfig.js';
import { joinTokenNamespace, joinTokenSecretName, readJoinTokenSecret } from '../../lib/identity/join-token-secret.js';
import { createToken, listTokens, renderTokens, revokeToken } from './token-commands.js';

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (thrown: unknown) => (thrown as { code: string }).code,
  );

describe('token commands', () => {
  const clock = new FakeClock();
  let api: TestApi;
  before(async () => {
    api = await startTestApi();
    const access = { server: api.url, caPem: api.caPem, ...api.admin };
    await writeFile(join(api.dir, 'admin.kubeconfig'), renderKubeconfig(access));
  });
  after(() => api.close());

  it('make a token, list it without its secret, and revoke it', async () => {
    await writeAddresses(api.dir, { api: api.url, nodePlane: 'https://10.0.0.5:6444' });
    const created = await createToken({ dataDir: api.dir, ttlMs: 3_600_000, uses: 3 }, clock);
    const { id, secret } = parseJoinToken(created.token);
    expect(created).to.include({ id, uses: 3, joinUrl: 'https://10.0.0.5:6444' });
    expect(Date.parse(created.expiresAt)).to.equal(clock.now() + 3_600_000);
    const stored = await api.resources.client('secrets').get(joinTokenNamespace, joinTokenSecretName(id));
    expect(stored && readJoinTokenSecret(stored)).to.include({
      id,
      usageCount: 0,
      usageLimit: 3,
      expiresAtMs: clock.now() + 3_600_000,
    });
    const list = renderTokens(await listTokens({ dataDir: api.dir }));
    expect(list.split('\n')[0]).to.match(/^ID +USES +EXPIRES$/);
    expect(list).to.match(new RegExp(`^${id} +0/3 +2026-`, 'm'));
    expect(list).not.to.contain(secret);
    await revokeToken(id, { dataDir: api.dir });
    expect(renderTokens(await listTokens({ dataDir: api.dir }))).not.to.contain(id);
    expect(await codeOf(revokeToken(id, { dataDir: api.dir }))).to.equal('NotFound');
  });

  it('make tokens for any number of uses', async () => {
    const { id } = await createToken({ dataDir: api.dir, ttlMs: 60_000 }, clock);
    expect(renderTokens(await listTokens({ dataDir: api.dir }))).to.match(new RegExp(`^${id} +0/any`, 'm'));
  });

  it('say what is wrong', async () => {
    expect(await codeOf(revokeToken('../../pods', { dataDir: api.dir }))).to.equal('InvalidArgument');
    expect(await codeOf(listTokens({ dataDir: join(api.dir, 'elsewhere') }))).to.equal('NotFound');
  });

  it('say that the API cannot be reached', async () => {
    const gone = await startTestApi();
    const access = { server: gone.url, caPem: gone.caPem, ...gone.admin };
    await gone.close();
    await writeFile(join(api.dir, 'admin.kubeconfig'), renderKubeconfig(access));
    expect(await codeOf(listTokens({ dataDir: api.dir }))).to.equal('Unavailable');
  });
});
