import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, stat, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { FakeClock } from '../../lib/clock/fake-clock.js';
import { createCertificateRequest } from '../../lib/identity/certificate-request.js';
import { ensureKeyFile, publicKeyOf } from '../../lib/identity/key-file.js';
import { silentLogger } from '../../lib/log/logger.js';
import { ensureAdminKubeconfig, readAdminKubeconfig } from './admin-kubeconfig.js';
import { CertificateAuthority } from './certificate-authority.js';
import { ServingCertificate } from './serving-certificate.js';

const day = 86_400_000;

describe('CertificateAuthority', () => {
  let dir: string;
  let clock: FakeClock;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'longshore-pki-'));
    clock = new FakeClock();
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('is the same after a restart, and private on disk', async () => {
    const first = await CertificateAuthority.open({ dir, clock });
    const second = await CertificateAuthority.open({ dir, clock });
    expect(second.hash).to.equal(first.hash);
    expect((await stat(join(dir, 'ca.key'))).mode & 0o777).to.equal(0o600);
  });

  it('goes on with its key when it was killed before the certificate was written', async () => {
    const first = await CertificateAuthority.open({ dir, clock });
    await unlink(join(dir, 'ca.crt'));
    const second = await CertificateAuthority.open({ dir, clock });
    const leaf = await first.issue(publicKeyOf(await ensureKeyFile(join(dir, 'x.key'))), {
      commonName: 'x',
      usages: ['client'],
      lifetimeMs: day,
    });
    expect(new X509Certificate(leaf.pem).verify(new X509Certificate(second.certificatePem).publicKey)).to.equal(true);
  });

  it('issues for the key of a certificate request, with its own subject', async () => {
    const authority = await CertificateAuthority.open({ dir, clock });
    const key = await ensureKeyFile(join(dir, 'agent.key'));
    const issued = await authority.issueForRequest(createCertificateRequest(key, 'somebody-else'), {
      commonName: 'system:node:n1',
      organizations: ['system:nodes'],
      usages: ['client'],
      lifetimeMs: day,
    });
    const certificate = new X509Certificate(issued.pem);
    expect(certificate.subject).to.equal('O=system:nodes\nCN=system:node:n1');
    expect(certificate.checkIssued(new X509Certificate(authority.certificatePem))).to.equal(true);
    expect(certificate.checkPrivateKey((await import('node:crypto')).createPrivateKey(key))).to.equal(true);
    expect(issued.expiresAtMs).to.equal(clock.now() + day);
  });

  it('refuses a request whose signature does not fit', async () => {
    const authority = await CertificateAuthority.open({ dir, clock });
    const request = createCertificateRequest(await ensureKeyFile(join(dir, 'agent.key')), 'n1');
    request[request.length - 1] = (request.at(-1) ?? 0) ^ 1;
    const refusal = await authority
      .issueForRequest(request, { commonName: 'x', usages: ['client'], lifetimeMs: day })
      .catch((error: unknown) => error);
    expect(refusal).to.have.property('code', 'InvalidArgument');
    const nonsense = await authority
      .issueForRequest(Buffer.from('nonsense'), { commonName: 'x', usages: ['client'], lifetimeMs: day })
      .catch((error: unknown) => error);
    expect(nonsense).to.have.property('code', 'InvalidArgument');
  });

  describe('ServingCertificate', () => {
    const make = async (dnsNames: string[], ipAddresses: string[]): Promise<ServingCertificate> => {
      const authority = await CertificateAuthority.open({ dir, clock });
      return new ServingCertificate({ dir, name: 'apiserver', authority, dnsNames, ipAddresses, clock, log: silentLogger });
    };

    it('is kept over a restart and carries its names and the CA', async () => {
      const first = await (await make(['localhost'], ['127.0.0.1'])).ensure();
      const second = await (await make(['localhost'], ['127.0.0.1'])).ensure();
      expect(second.certificatePem).to.equal(first.certificatePem);
      expect(first.certificatePem).to.contain(first.caPem.trim());
      expect(new X509Certificate(first.certificatePem).subjectAltName).to.equal('DNS:localhost, IP Address:127.0.0.1');
    });

    it('is issued anew when a name is added', async () => {
      const first = await (await make(['localhost'], [])).ensure();
      const second = await (await make(['localhost'], ['10.96.0.1'])).ensure();
      expect(second.certificatePem).not.to.equal(first.certificatePem);
      expect(second.privateKeyPem).to.equal(first.privateKeyPem);
    });

    it('renews itself at two thirds of its life', async () => {
      const certificate = await make(['localhost'], []);
      const first = await certificate.ensure();
      let renewed: string | undefined;
      certificate.onChange((material) => (renewed = material.certificatePem));
      clock = Object.assign(clock);
      await clock.advance(200 * day);
      await certificate.ensure();
      expect(renewed).to.equal(undefined);
      await clock.advance(50 * day);
      await certificate.ensure();
      expect(renewed).to.be.a('string').and.not.equal(first.certificatePem);
    });
  });

  it('writes an admin kubeconfig that is kept until the server changes', async () => {
    const authority = await CertificateAuthority.open({ dir, clock });
    const path = join(dir, 'admin.kubeconfig');
    const ensure = (server: string): Promise<void> =>
      ensureAdminKubeconfig({ path, keyPath: join(dir, 'admin.key'), server, authority, clock });
    await ensure('https://127.0.0.1:6443');
    const first = await readAdminKubeconfig(path);
    await ensure('https://127.0.0.1:6443');
    expect(await readAdminKubeconfig(path)).to.deep.equal(first);
    await ensure('https://127.0.0.1:7443');
    const second = await readAdminKubeconfig(path);
    expect(second?.server).to.equal('https://127.0.0.1:7443');
    expect(new X509Certificate(second?.certificatePem ?? '').subject).to.equal('O=system:masters\nCN=kubernetes-admin');
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
  });
});
