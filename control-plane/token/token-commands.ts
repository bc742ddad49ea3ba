import { join } from 'node:path';

import type { Clock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { certificateHash, formatJoinToken } from '../../lib/identity/join-token.js';
import type { Secret } from '../../lib/kubernetes/types/core-v1.js';
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

/** Makes a join token. @returns it, whole; only its hash is stored. @throws LongshoreError Unavailable */
export async function createToken(config: TokenCreateConfig, clock: Clock): Promise<string> {
  const access = await adminAccess(config.dataDir);
  const parts = newTokenParts();
  const secret = renderJoinTokenSecret({
    ...parts,
    expiresAtMs: clock.now() + config.ttlMs,
    ...(config.uses !== undefined && { usageLimit: config.uses }),
  });
  await callApi(access, 'POST', secretsPath, secret);
  return formatJoinToken({ ...parts, caHash: certificateHash(access.caPem) });
}

/** The join tokens as a table for people. */
export async function listTokens(config: { dataDir: string }): Promise<string> {
  const selector = encodeURIComponent(`type=${joinTokenType}`);
  const { items } = await callApi<{ items: Secret[] }>(
    await adminAccess(config.dataDir),
    'GET',
    `${secretsPath}?fieldSelector=${selector}`,
  );
  const rows = items.flatMap((secret) => {
    const token = readJoinTokenSecret(secret);
    if (!token) return [];
    const expires = token.expiresAtMs === undefined ? 'never' : new Date(token.expiresAtMs).toISOString();
    return [[token.id, `${token.usageCount}/${token.usageLimit ?? 'any'}`, expires]];
  });
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
