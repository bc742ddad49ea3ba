import { createHash, X509Certificate } from 'node:crypto';
import type { PeerCertificate } from 'node:tls';

import type { Clock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { AccessPolicy } from '../../lib/grpc/server-access.js';
import type { CallContext } from '../../lib/grpc/server-calls.js';
import type { AgentRole } from '../../lib/identity/identity-file.js';

/** An agent, as its certificate names it. */
export interface AgentPeer {
  role: AgentRole;
  nodeName: string;
}

/** Subjects of the agents' certificates (design: Security). */
export const agentSubjects: Readonly<Record<AgentRole, { organization: string; prefix: string }>> = {
  kubelet: { organization: 'system:nodes', prefix: 'system:node:' },
  'kube-proxy': { organization: 'system:node-proxiers', prefix: 'system:kube-proxy:' },
};

/** Joining is what a caller without a certificate is there for; health tells nothing that needs guarding. */
const open = ['/longshore.bootstrap.v1.BootstrapService/', '/grpc.health.v1.Health/'];

/**
 * The node plane's door: bootstrap and health are open, everything else (reflection too)
 * needs a certificate of our CA that has not expired, even on a connection that outlived
 * it. Which certificate may do what is for the methods to check.
 */
export function nodePlaneAccess(clock: Clock): AccessPolicy {
  return (path, certificate) => {
    if (open.some((prefix) => path.startsWith(prefix))) return undefined;
    if (!certificate) {
      return new LongshoreError('Unauthenticated', "a client certificate of the cluster's CA is needed: join with a token first");
    }
    if (Date.parse(certificate.valid_to) <= clock.now()) {
      return new LongshoreError('Unauthenticated', `the client certificate expired at ${certificate.valid_to}: join anew`);
    }
    return undefined;
  };
}

/** Which agent a certificate is for; undefined for the administrator's and others. */
export function agentOf(certificate: PeerCertificate | undefined): AgentPeer | undefined {
  // Node types say string; a repeated attribute is an array.
  const subject = certificate?.subject as { O?: string | string[]; CN?: string | string[] } | undefined;
  const organizations = [subject?.O ?? []].flat();
  const [commonName] = [subject?.CN ?? []].flat();
  for (const role of ['kubelet', 'kube-proxy'] as const) {
    const { organization, prefix } = agentSubjects[role];
    if (organizations.includes(organization) && commonName?.startsWith(prefix)) {
      return { role, nodeName: commonName.slice(prefix.length) };
    }
  }
  return undefined;
}

/**
 * The agent that calls, when it is one of `roles` and, where `nodeName` is given, acts for
 * its own node.
 * @throws LongshoreError PermissionDenied
 */
export function requireAgent(context: CallContext, roles: readonly AgentRole[], nodeName?: string): AgentPeer {
  const agent = agentOf(context.certificate);
  if (!agent || !roles.includes(agent.role)) {
    throw new LongshoreError('PermissionDenied', `this call needs the certificate of a ${roles.join(' or ')}`);
  }
  if (nodeName !== undefined && nodeName !== agent.nodeName) {
    throw new LongshoreError('PermissionDenied', `the certificate of node ${agent.nodeName} may not act for node ${nodeName}`);
  }
  return agent;
}

/** {@link publicKeyHash} of the caller's certificate. */
export function keyHashOf({ certificate }: CallContext): string {
  return publicKeyHash(certificate?.raw ?? Buffer.alloc(0));
}

/** SHA-256, hex, of a certificate's public key (SPKI, DER): names the key over renewals. */
export function publicKeyHash(certificateDer: Uint8Array): string {
  const spki = new X509Certificate(certificateDer).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('hex');
}
