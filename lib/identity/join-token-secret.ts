import { createHash, randomInt, timingSafeEqual } from 'node:crypto';

import { LongshoreError } from '../errors/errors.js';
import type { Secret } from '../kubernetes/types/core-v1.js';

/**
 * Join tokens are Secrets as kubeadm's bootstrap tokens, `bootstrap-token-<id>` in
 * kube-system, with two differences: only the hash of the secret part is stored, and
 * `usage-limit` and `usage-count` bound how often a token issues a certificate. A Secret
 * made by kubeadm's rules (plain token-secret, no limit) is honoured too.
 */
export const joinTokenNamespace = 'kube-system';
export const joinTokenType = 'bootstrap.kubernetes.io/token';

export interface JoinTokenState {
  id: string;
  /** Undefined: never. */
  expiresAtMs?: number;
  /** Undefined: as often as wanted. */
  usageLimit?: number;
  usageCount: number;
}

export function joinTokenSecretName(id: string): string {
  return `bootstrap-token-${id}`;
}

/** A random id and secret: 31 and 82 bits. */
export function newTokenParts(): { id: string; secret: string } {
  return { id: randomText(6), secret: randomText(16) };
}

export function renderJoinTokenSecret(token: { id: string; secret: string; expiresAtMs?: number; usageLimit?: number }): Secret {
  const data: Record<string, string> = {
    'token-id': token.id,
    'token-secret-sha256': hashOf(token.secret),
    'usage-bootstrap-authentication': 'true',
    'usage-count': '0',
    ...(token.expiresAtMs !== undefined && { expiration: new Date(token.expiresAtMs).toISOString() }),
    ...(token.usageLimit !== undefined && { 'usage-limit': String(token.usageLimit) }),
  };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: joinTokenNamespace, name: joinTokenSecretName(token.id) },
    type: joinTokenType,
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, encode(value)])),
  };
}

/** @returns undefined when `secret` is no join token */
export function readJoinTokenSecret(secret: Secret): JoinTokenState | undefined {
  const id = field(secret, 'token-id');
  if (secret.type !== joinTokenType || id === undefined) return undefined;
  const expiration = field(secret, 'expiration');
  const limit = field(secret, 'usage-limit');
  return {
    id,
    usageCount: Number(field(secret, 'usage-count') ?? '0'),
    // What cannot be read counts as past, and as used up.
    ...(expiration !== undefined && { expiresAtMs: Date.parse(expiration) || 0 }),
    ...(limit !== undefined && { usageLimit: Number(limit) || 0 }),
  };
}

const remedy = 'make a new one on the control plane with "longshore token create"';

export function unknownJoinToken(): LongshoreError {
  return new LongshoreError('Unauthenticated', `the join token is unknown, or was revoked: ${remedy}`);
}

/**
 * Checks the secret part and takes one use, in `secret` itself; the caller stores it by
 * compare-and-swap, so that the count is exact.
 * @throws LongshoreError Unauthenticated: unknown, expired or used up
 */
export function takeUse(secret: Secret, presented: string, nowMs: number): void {
  const state = readJoinTokenSecret(secret);
  if (!state || !matches(secret, presented)) throw unknownJoinToken();
  const allowed = field(secret, 'usage-bootstrap-authentication');
  if (allowed !== 'true') throw new LongshoreError('Unauthenticated', 'the join token may not be used to join');
  if (state.expiresAtMs !== undefined && state.expiresAtMs <= nowMs) {
    throw new LongshoreError(
      'Unauthenticated',
      `the join token expired at ${new Date(state.expiresAtMs).toISOString()}: ${remedy}`,
    );
  }
  if (state.usageLimit !== undefined && state.usageCount >= state.usageLimit) {
    throw new LongshoreError(
      'Unauthenticated',
      `the join token is used up (${state.usageLimit} of ${state.usageLimit}): ${remedy}`,
    );
  }
  secret.data = { ...secret.data, 'usage-count': encode(String(state.usageCount + 1)) };
}

function matches(secret: Secret, presented: string): boolean {
  const plain = field(secret, 'token-secret');
  const expected = field(secret, 'token-secret-sha256') ?? (plain === undefined ? '' : hashOf(plain));
  const given = Buffer.from(hashOf(presented));
  const wanted = Buffer.from(expected);
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}

function field(secret: Secret, key: string): string | undefined {
  const value = secret.data?.[key];
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString();
}

function encode(value: string): string {
  return Buffer.from(value).toString('base64');
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function randomText(length: number): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length }, () => letters.charAt(randomInt(letters.length))).join('');
}
