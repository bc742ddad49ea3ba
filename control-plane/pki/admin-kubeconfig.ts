import { X509Certificate } from 'node:crypto';

import { parse, stringify } from 'yaml';

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

/** @returns undefined when there is no file. @throws when it is not a kubeconfig with embedded data */
export async function readAdminKubeconfig(path: string): Promise<AdminAccess | undefined> {
  const text = await readFileIfExists(path);
  if (text === undefined) return undefined;
  const config = parse(text) as ReturnType<typeof kubeconfig>;
  const cluster = config.clusters[0]?.cluster;
  const user = config.users[0]?.user;
  if (!cluster || !user) throw new Error(`${path} names no cluster and user`);
  const decode = (text64: string): string => Buffer.from(text64, 'base64').toString();
  return {
    server: cluster.server,
    caPem: decode(cluster['certificate-authority-data']),
    certificatePem: decode(user['client-certificate-data']),
    privateKeyPem: decode(user['client-key-data']),
  };
}

export function renderKubeconfig(access: AdminAccess): string {
  return stringify(kubeconfig(access));
}

function kubeconfig(access: AdminAccess) {
  const encode = (text: string): string => Buffer.from(text).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'longshore', cluster: { server: access.server, 'certificate-authority-data': encode(access.caPem) } }],
    users: [
      {
        name: 'kubernetes-admin',
        user: {
          'client-certificate-data': encode(access.certificatePem),
          'client-key-data': encode(access.privateKeyPem),
        },
      },
    ],
    contexts: [{ name: 'longshore', context: { cluster: 'longshore', user: 'kubernetes-admin' } }],
    'current-context': 'longshore',
  };
}

function isFresh(access: AdminAccess, clock: Clock): boolean {
  const certificate = new X509Certificate(access.certificatePem);
  const from = Date.parse(certificate.validFrom);
  return clock.now() < from + (2 / 3) * (Date.parse(certificate.validTo) - from);
}
