import { isIP } from 'node:net';
import { join } from 'node:path';

import type { Clock } from '../../lib/clock/clock.js';
import { nodePlaneServerName } from '../../lib/identity/agent-identity.js';
import type { Logger } from '../../lib/log/logger.js';
import { CertificateAuthority } from './certificate-authority.js';
import { ServiceAccountTokens } from './service-account-tokens.js';
import { ServingCertificate } from './serving-certificate.js';

/** Every key and certificate of a control plane. */
export interface Pki {
  readonly authority: CertificateAuthority;
  readonly tokens: ServiceAccountTokens;
  readonly apiCertificate: ServingCertificate;
  readonly nodePlaneCertificate: ServingCertificate;
}

export interface PkiOptions {
  /** Holds them all; what is missing is made. */
  dir: string;
  /** Addresses of both servers. */
  ipAddresses: readonly string[];
  /** Further DNS names and addresses of the API. */
  apiNames: readonly string[];
  /** Address of the Service that pods reach the API by. */
  serviceAddress: string;
  clusterDomain: string;
  clock: Clock;
  log: Logger;
}

export async function openPki(options: PkiOptions): Promise<Pki> {
  const { dir, ipAddresses, apiNames, serviceAddress, clusterDomain, clock, log } = options;
  const authority = await CertificateAuthority.open({ dir, clock });
  const inCluster = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', `kubernetes.default.svc.${clusterDomain}`];
  const apiCertificate = new ServingCertificate({
    dir,
    name: 'apiserver',
    authority,
    dnsNames: ['localhost', ...inCluster, ...apiNames.filter((name) => isIP(name) === 0)],
    ipAddresses: [...ipAddresses, serviceAddress, ...apiNames.filter((name) => isIP(name) !== 0)],
    clock,
    log,
  });
  const nodePlaneCertificate = new ServingCertificate({
    dir,
    name: 'node-plane',
    authority,
    dnsNames: [nodePlaneServerName, 'localhost'],
    ipAddresses,
    clock,
    log,
  });
  const [tokens] = await Promise.all([
    ServiceAccountTokens.open({ path: join(dir, 'service-account.key'), clock }),
    apiCertificate.ensure(),
    nodePlaneCertificate.ensure(),
  ]);
  return { authority, tokens, apiCertificate, nodePlaneCertificate };
}
