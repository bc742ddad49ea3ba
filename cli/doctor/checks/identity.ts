import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';

import { systemClock } from '../../../lib/clock/clock.js';
import { identityDirectory, IdentityFile } from '../../../lib/identity/identity-file.js';
import { certificateHash, clusterIdOf, parseJoinToken } from '../../../lib/identity/join-token.js';
import { defineCheck, failure, ok, type Verdict, warning } from '../check.js';
import type { DoctorContext } from '../context.js';

export interface IdentityReading {
  readonly stateDir: string;
  readonly nowMs: number;
  /** Undefined: this machine has never joined. */
  readonly held: { readonly clusterId: string; readonly nodeName: string; readonly expiresAtMs: number } | undefined;
  /** Cluster of the join token, when one was given. */
  readonly tokenClusterId: string | undefined;
  /** What the node is to be called. */
  readonly nodeName: string;
}

export function judgeIdentity({ stateDir, nowMs, held, tokenClusterId, nodeName }: IdentityReading): Verdict[] {
  if (!held) return [ok('this machine has not joined a cluster yet')];
  const leave = 'longshore uninstall --role agent, then install it again';
  if (tokenClusterId !== undefined && tokenClusterId !== held.clusterId)
    return [failure(`this machine belongs to cluster ${held.clusterId}, the join token is of ${tokenClusterId}`, leave)];
  if (held.nodeName !== nodeName)
    return [
      failure(
        `this machine has joined as ${held.nodeName}, and would now be ${nodeName}`,
        `give --node-name ${held.nodeName}; or ${leave}`,
      ),
    ];
  const words = `this machine is node ${held.nodeName} of cluster ${held.clusterId}`;
  if (held.expiresAtMs <= nowMs && tokenClusterId === undefined)
    return [
      warning(
        `${words}; its certificate expired ${new Date(held.expiresAtMs).toISOString()}: it needs a token to join again`,
        'longshore token create on the control plane, then longshore install agent --join URL --token TOKEN',
      ),
    ];
  return [ok(`${words}, in ${stateDir}`)];
}

async function readIdentity({ stateDir, token, nodeName }: DoctorContext): Promise<IdentityReading> {
  const file = new IdentityFile({ dir: identityDirectory(join(stateDir, 'kubelet')), role: 'kubelet' });
  const identity = await file.load();
  const certificate = identity && new X509Certificate(identity.certificatePem);
  return {
    stateDir,
    nowMs: systemClock.now(),
    held: identity &&
      certificate && {
        clusterId: clusterIdOf(certificateHash(identity.caPem)),
        nodeName: /^CN=system:node:(.+)$/m.exec(certificate.subject)?.[1] ?? '',
        expiresAtMs: Date.parse(certificate.validTo),
      },
    tokenClusterId: token === undefined ? undefined : clusterIdOf(parseJoinToken(token).caHash),
    nodeName,
  };
}

export const identityCheck = defineCheck({ name: 'identity', roles: ['agent'], read: readIdentity, judge: judgeIdentity });
