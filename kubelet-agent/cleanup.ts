import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { listDirectory } from '../lib/files/list-directory.js';
import { identityDirectory } from '../lib/identity/identity-file.js';
import type { Logger } from '../lib/log/logger.js';
import type { ContainerRuntime } from './runtime/container-runtime.js';
import { loadClusterFacts } from './session/cluster-facts.js';
import type { Mounts } from './volumes/mount-runner.js';
import { mountsBelow } from './volumes/mount-table.js';

/**
 * Removes what an agent that no longer runs has left: containers, network, mounts, files.
 * Safe to repeat.
 * @param options.keepIdentity leave the key and the certificate, so that the node needs no token to come back
 * @param options.clusterId undefined: the cluster that the state directory knows, if any
 */
export async function cleanup(options: {
  stateDir: string;
  clusterId: string | undefined;
  keepIdentity: boolean;
  createRuntime: (clusterId: string) => Promise<Pick<ContainerRuntime, 'removeEverything'>>;
  mounts: Mounts;
  log: Logger;
}): Promise<void> {
  const { stateDir, keepIdentity, createRuntime, mounts, log } = options;
  const clusterId = options.clusterId ?? (await loadClusterFacts(stateDir))?.clusterId;
  if (clusterId === undefined) log.info('no cluster is known here, so there are no containers to remove', { stateDir });
  else await (await createRuntime(clusterId)).removeEverything();
  for (const point of mountsBelow(await mounts.list(), stateDir)) await mounts.unmount(point);
  if (keepIdentity) await removeAllBut(identityDirectory(stateDir), stateDir);
  else await rm(stateDir, { recursive: true, force: true });
  log.info('removed everything of this node', { stateDir, clusterId, keepIdentity });
}

async function removeAllBut(kept: string, directory: string): Promise<void> {
  const paths = (await listDirectory(directory)).map((entry) => join(directory, entry));
  for (const path of paths.filter((candidate) => candidate !== kept)) await rm(path, { recursive: true, force: true });
}
