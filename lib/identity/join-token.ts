import { createHash, X509Certificate } from 'node:crypto';

import { LongshoreError } from '../errors/errors.js';

/**
 * What lets a machine join: `<id>.<secret>.<sha256>`. Id and secret as kubeadm's bootstrap
 * tokens (6 and 16 characters of a-z0-9); the last part is the SHA-256, in hex, of the
 * cluster CA's certificate (DER), so that the agent trusts nothing that it cannot verify.
 */
export interface JoinToken {
  readonly id: string;
  readonly secret: string;
  readonly caHash: string;
}

/** @throws LongshoreError InvalidArgument; the message never holds the secret */
export function parseJoinToken(text: string): JoinToken {
  const match = /^([a-z0-9]{6})\.([a-z0-9]{16})\.([0-9a-f]{64})$/.exec(text.trim());
  const [, id, secret, caHash] = match ?? [];
  if (!id || !secret || !caHash) {
    throw new LongshoreError(
      'InvalidArgument',
      'the join token is malformed: it reads <6 characters>.<16 characters>.<64 hex digits>, as "token create" prints it',
    );
  }
  return { id, secret, caHash };
}

export function formatJoinToken(token: JoinToken): string {
  return `${token.id}.${token.secret}.${token.caHash}`;
}

/** Names a cluster in everything that its nodes make: the start of its CA's hash, stable for the CA's life. */
export function clusterIdOf(caHash: string): string {
  return caHash.slice(0, 8);
}

/** SHA-256 of a certificate's DER, in hex: the last part of a join token. */
export function certificateHash(certificate: string | Uint8Array): string {
  return createHash('sha256').update(new X509Certificate(certificate).raw).digest('hex');
}
