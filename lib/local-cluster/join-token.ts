import { writeFile } from 'node:fs/promises';

import { systemClock } from '../clock/clock.js';
import { certificateHash, formatJoinToken } from '../identity/join-token.js';
import { newTokenParts, renderJoinTokenSecret } from '../identity/join-token-secret.js';
import { ApiClient } from '../kubernetes-client/api-client.js';
import { readKubeconfig } from '../kubernetes-client/kubeconfig.js';
import type { Layout } from './layout.js';

const lifeMs = 600_000;

/**
 * Makes a join token for `uses` agents, which wait for its file. Asked of the API here and not
 * by the control plane's command: a process less on the way to the first node.
 */
export async function createJoinToken(layout: Layout, uses: number): Promise<void> {
  const access = await readKubeconfig(layout.kubeconfig);
  using client = new ApiClient(access);
  const parts = newTokenParts();
  await client.secrets.create(renderJoinTokenSecret({ ...parts, expiresAtMs: systemClock.now() + lifeMs, usageLimit: uses }));
  const token = formatJoinToken({ ...parts, caHash: certificateHash(access.ca ?? '') });
  await writeFile(layout.joinToken, token, { mode: 0o600 });
}
