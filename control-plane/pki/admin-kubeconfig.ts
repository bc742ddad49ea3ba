import { X509Certificate } from 'node:crypto';

import type { Clock } from '../../lib/clock/clock.js';
import { readFileIfExists } from '../../lib/files/read-file-if-exists.js';
import { writeFileAtomic } from '../../lib/files/write-file-atomic.js';
import type { CertificateAuthority } from './certificate-authority.js';
import { ensureKeyFile, publicKeyOf } from '../../lib/identity/key-file.js';

const day = 86_400_000;
const lifetimeMs = 365 * day;

/** What a client needs to reach the API as the administrator. */
export interface AdminAccess {
  /** For example "https://127.0.0.1:6443". */
  server: string;
  caPem: string;
  certificatePem: string;
  privateKeyPem: string;
}

/**
 * Writes the administrator's kubeconfig (client certificate O=system:masters
 * CN=kubernetes-admin, everything embedded, mode 0600) unless the one at `path` still
 * serves: same server and CA, less than two thirds of its life over.
 */
export async function ensureAdminKubeconfig(options: {
  path: string;
  keyPath: string;
  server: string;
  authority: CertificateAuthority;
  clock: Clock;
}): Promise<void> {
  const { path, server, authority, clock } = options;
  const existing = await readAdminKubeconfig(path).catch(() => undefined);
  if (existing && existing.server === server && existing.caPem === authority.certificatePem && isFresh(existing, clock)) return;
  const privateKeyPem = await ensureKeyFile(options.keyPath);
  const { pem } = await authority.issue(publicKeyOf(privateKeyPem), {
    commonName: 'kubernetes-admin',
    organizations: ['system:masters'],
    usages: ['client'],
    lifetimeMs,
  });
  await writeFileAtomic(path, renderKubeconfig({ server, caPem: authority.certificatePem, certificatePem: pem, privateKeyPem }));
}

/**
 * What {@link renderKubeconfig} wrote.
 * @returns undefined when there is no file. @throws when it is not a kubeconfig of that form
 */
export async function readAdminKubeconfig(path: string): Promise<AdminAccess | undefined> {
  const text = await readFileIfExists(path);
  if (text === undefined) return undefined;
  const field = (name: string): string => {
    const value = new RegExp(`^ +${name}: (\\S+)$`, 'm').exec(text)?.[1];
    if (value === undefined) throw new Error(`${path} has no ${name}`);
    return value;
  };
  const decoded = (name: string): string => Buffer.from(field(name), 'base64').toString();
  return {
    server: field('server'),
    caPem: decoded('certificate-authority-data'),
    certificatePem: decoded('client-certificate-data'),
    privateKeyPem: decoded('client-key-data'),
  };
}

export function renderKubeconfig({ server, caPem, certificatePem, privateKeyPem }: AdminAccess): string {
  const encode = (text: string): string => Buffer.from(text).toString('base64');
  return `apiVersion: v1
kind: Config
clusters:
  - name: longshore
    cluster:
      server: ${server}
      certificate-authority-data: ${encode(caPem)}
users:
  - name: kubernetes-admin
    user:
      client-certificate-data: ${encode(certificatePem)}
      client-key-data: ${encode(privateKeyPem)}
contexts:
  - name: longshore
    context:
      cluster: longshore
      user: kubernetes-admin
current-context: longshore
`;
}

function isFresh(access: AdminAccess, clock: Clock): boolean {
  const certificate = new X509Certificate(access.certificatePem);
  const from = Date.parse(certificate.validFrom);
  return clock.now() < from + (2 / 3) * (Date.parse(certificate.validTo) - from);
}
