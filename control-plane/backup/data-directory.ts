import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { LongshoreError } from '../../lib/errors/errors.js';
import { listDirectory } from '../../lib/files/list-directory.js';
import { certificateHash, clusterIdOf } from '../../lib/identity/join-token.js';

/** What makes up a control plane's state, as names in its data directory. */
const stateNames = ['store', 'pki', 'admin.kubeconfig'] as const;

/** There while a restore moves things to their places. */
export const unfinishedName = 'restore-in-progress';

/** The parts of the state that are there. */
export async function presentState(dataDir: string): Promise<string[]> {
  const names = await listDirectory(dataDir);
  return stateNames.filter((name) => names.includes(name));
}

/** Keys, certificates and the administrator's kubeconfig, by their paths below the data directory. */
export async function readCredentials(dataDir: string): Promise<Map<string, Buffer>> {
  const keys = (await listDirectory(join(dataDir, 'pki'))).filter((name) => /\.(key|crt)$/.test(name)).sort();
  const kubeconfig = (await presentState(dataDir)).filter((name) => name === 'admin.kubeconfig');
  const paths = [...keys.map((name) => `pki/${name}`), ...kubeconfig];
  const found = new Map<string, Buffer>();
  for (const path of paths) found.set(path, await readFile(join(dataDir, path)));
  return found;
}

/** @param certificate the cluster's CA, PEM */
export function clusterIdOfAuthority(certificate: Buffer): string {
  return clusterIdOf(certificateHash(certificate));
}

/**
 * Nothing may be served from a data directory whose restore was cut off: its parts may be of two clusters.
 * @throws LongshoreError FailedPrecondition
 */
export async function refuseUnfinishedRestore(dataDir: string): Promise<void> {
  if (!(await listDirectory(dataDir)).includes(unfinishedName)) return;
  throw new LongshoreError(
    'FailedPrecondition',
    `a restore into ${dataDir} did not finish: run "longshore restore --force" again`,
  );
}
