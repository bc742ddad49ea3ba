import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { type AdminAccess, readAdminKubeconfig } from '../../../control-plane/pki/admin-kubeconfig.js';
import { CertificateAuthority } from '../../../control-plane/pki/certificate-authority.js';
import { systemClock } from '../../../lib/clock/clock.js';
import { eventually } from '../../support/local-cluster.js';
import { pod, shell } from './manifests.js';
import { type Scene, SceneCommands } from './scene.js';

interface Credentials {
  cert?: string;
  key?: string;
  token?: string;
}

interface Answer {
  code: number;
  status: { kind: string; reason: string; message: string };
}

/** Who is let in, and who is not. */
export function describeAccess(scene: () => Scene, kubeconfig: () => string): void {
  const kubectl = new SceneCommands(scene);
  let access: AdminAccess;

  before(async () => {
    const found = await readAdminKubeconfig(kubeconfig());
    expect(found).not.to.equal(undefined);
    access = found as AdminAccess;
  });

  const ask = ({ token, ...tls }: Credentials): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const url = `${access.server}/api/v1/namespaces/default/secrets`;
      const outgoing = request(url, { ca: access.caPem, agent: false, headers, ...tls }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.on('end', () => resolve({ code: response.statusCode ?? 0, status: JSON.parse(body) as Answer['status'] }));
      });
      outgoing.on('error', reject).end();
    });

  it('knows nobody without credentials', async () => {
    const { code, status } = await ask({});
    expect([code, status.kind, status.reason]).to.deep.equal([401, 'Status', 'Unauthorized']);
  });

  it("knows nobody by another CA's certificate, whatever it says", async () => {
    const dir = await mkdtemp(join(tmpdir(), 'longshore-foreign-ca-'));
    try {
      const foreign = await CertificateAuthority.open({ dir, clock: systemClock });
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const { pem } = await foreign.issue(publicKey.export({ type: 'spki', format: 'der' }), {
        commonName: 'kubernetes-admin',
        organizations: ['system:masters'],
        usages: ['client'],
        lifetimeMs: 3_600_000,
      });
      const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      expect((await ask({ cert: pem, key })).code).to.equal(401);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });

  it("knows a pod's service account, and forbids it what nobody allowed", async () => {
    const mounted = '/var/run/secrets/kubernetes.io/serviceaccount/token';
    await kubectl.ok('create -f -', pod('caller', [shell('main', `cat ${mounted}`)], { restartPolicy: 'Never' }));
    let token = '';
    await eventually('the token in the log', 20_000, async () => {
      token = await kubectl.ok('logs caller');
      return token !== '';
    });
    const { code, status } = await ask({ token });
    expect([code, status.reason]).to.deep.equal([403, 'Forbidden']);
    expect(status.message).to.contain(
      `User "system:serviceaccount:${kubectl.scene.namespace}:default" cannot list resource "secrets"`,
    );
    expect((await ask({ token: `${token.slice(0, -4)}AAAA` })).code).to.equal(401);
    await kubectl.ok('delete pod caller --timeout=20s');
    await eventually('the token of a deleted pod is worth nothing', 5_000, async () => (await ask({ token })).code === 401);
  });
}
