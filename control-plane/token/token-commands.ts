import { join } from 'node:path';

import type { Clock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { certificateHash, formatJoinToken } from '../../lib/identity/join-token.js';
import type { Secret } from '../../lib/kubernetes/types/core-v1.js';
import { readAddresses } from '../../lib/control-plane-addresses/control-plane-addresses.js';
import type { TokenCreateConfig } from '../config.js';
import { type AdminAccess, readAdminKubeconfig } from '../pki/admin-kubeconfig.js';
import {
  joinTokenNamespace,
  joinTokenSecretName,
  joinTokenType,
  newTokenParts,
  readJoinTokenSecret,
  renderJoinTokenSecret,
} from '../../lib/identity/join-token-secret.js';
import { callApi } from './admin-client.js';

const secretsPath = `/api/v1/namespaces/${joinTokenNamespace}/secrets`;

/** A join token as `create` tells it, once. */
export interface NewToken {
  id: string;
  /** All of it; only its hash is stored. */
  token: string;
  /** RFC 3339. */
  expiresAt: string;
  /** How many certificates it may issue; absent: any number. */
  uses?: number;
  /** The node plane, for `longshore agent --join`; absent before the control plane has first been started. */
  joinUrl?: string;
}

/** A join token as `list` tells it. */
export interface ListedToken {
  id: string;
  /** Certificates that it has issued. */
  used: number;
  /** Absent: any number. */
  uses?: number;
  /** RFC 3339; absent: never. */
  expiresAt?: string;
}

/** Makes a join token. @throws LongshoreError Unavailable */
export async function createToken(config: Omit<TokenCreateConfig, 'output'>, clock: Clock): Promise<NewToken> {
  const access = await adminAccess(config.dataDir);
  const parts = newTokenParts();
  const expiresAtMs = clock.now() + config.ttlMs;
  const limit = config.uses !== undefined && { usageLimit: config.uses };
  await callApi(access, 'POST', secretsPath, renderJoinTokenSecret({ ...parts, expiresAtMs, ...limit }));
  const addresses = await readAddresses(config.dataDir);
  return {
    id: parts.id,
    token: formatJoinToken({ ...parts, caHash: certificateHash(access.caPem) }),
    expiresAt: new Date(expiresAtMs).toISOString(),
    ...(config.uses !== undefined && { uses: config.uses }),
    ...(addresses && { joinUrl: addresses.nodePlane }),
  };
}

/** The join tokens of the cluster, without their secrets. */
export async function listTokens(config: { dataDir: string }): Promise<ListedToken[]> {
  const selector = encodeURIComponent(`type=${joinTokenType}`);
  const { items } = await callApi<{ items: Secret[] }>(
    await adminAccess(config.dataDir),
    'GET',
    `${secretsPath}?fieldSelector=${selector}`,
  );
  return items.flatMap((secret) => {
    const token = readJoinTokenSecret(secret);
    if (!token) return [];
    const { id, usageCount: used, usageLimit: uses, expiresAtMs } = token;
    const expiry = expiresAtMs !== undefined && { expiresAt: new Date(expiresAtMs).toISOString() };
    return [{ id, used, ...(uses !== undefined && { uses }), ...expiry }];
  });
}

/** As a table for people. */
export function renderTokens(tokens: readonly ListedToken[]): string {
  const rows = tokens.map(({ id, used, uses, expiresAt }) => [id, `${used}/${uses ?? 'any'}`, expiresAt ?? 'never']);
  return [['ID', 'USES', 'EXPIRES'], ...rows]
    .map(([id = '', uses = '', expires = '']) => `${id.padEnd(8)}${uses.padEnd(10)}${expires}`)
    .join('\n');
}

/** @throws LongshoreError NotFound when there is no such token */
export async function revokeToken(id: string, config: { dataDir: string }): Promise<void> {
  if (!/^[a-z0-9]{6}$/.test(id)) throw new LongshoreError('InvalidArgument', 'a token id has 6 characters of a-z and 0-9');
  await callApi(await adminAccess(config.dataDir), 'DELETE', `${secretsPath}/${joinTokenSecretName(id)}`);
}

async function adminAccess(dataDir: string): Promise<AdminAccess> {
  const path = join(dataDir, 'admin.kubeconfig');
  const access = await readAdminKubeconfig(path);
  if (!access)
    throw new LongshoreError('NotFound', `there is no ${path}: is --data-dir right, and has the control plane been started?`);
  return access;
}
