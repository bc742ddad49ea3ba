import type { AgentRole } from '../../lib/identity/identity-file.js';
import type { CertificateAuthority, IssuedCertificate } from '../pki/certificate-authority.js';
import { agentSubjects } from './access.js';

const day = 86_400_000;

/** Default life of an agent's certificate; agents renew at two thirds of it. */
export const agentCertificateLifetimeMs = 30 * day;

/** Issues the client certificates of agents. */
export class AgentCertificates {
  readonly #authority: CertificateAuthority;
  readonly #lifetimeMs: number;

  constructor(options: { authority: CertificateAuthority; lifetimeMs?: number }) {
    this.#authority = options.authority;
    this.#lifetimeMs = options.lifetimeMs ?? agentCertificateLifetimeMs;
  }

  get authorityDer(): Buffer {
    return this.#authority.certificateDer;
  }

  /** @throws LongshoreError InvalidArgument when the request (PKCS#10, DER) is malformed */
  issue(agent: { role: AgentRole; nodeName: string }, request: Uint8Array): Promise<IssuedCertificate> {
    const { organization, prefix } = agentSubjects[agent.role];
    return this.#authority.issueForRequest(request, {
      commonName: `${prefix}${agent.nodeName}`,
      organizations: [organization],
      usages: ['client'],
      lifetimeMs: this.#lifetimeMs,
    });
  }
}
