import { rm } from 'node:fs/promises';

import type { Logger } from '../lib/log/logger.js';
import type { ContainerRuntime } from './runtime/container-runtime.js';
import { loadClusterFacts } from './session/cluster-facts.js';
import type { Mounts } from './volumes/mount-runner.js';
import { mountsBelow } from './volumes/mount-table.js';

/**
 * Removes what an agent that no longer runs has left: containers, network, mounts, files.
 * Safe to repeat.
 * @param options.clusterId undefined: the cluster that the state directory knows, if any
 */
export async function cleanup(options: {
  stateDir: string;
  clusterId: string | undefined;
  createRuntime: (clusterId: string) => Promise<Pick<ContainerRuntime, 'removeEverything'>>;
  mounts: Mounts;
  log: Logger;
}): Promise<void> {
  const { stateDir, createRuntime, mounts, log } = options;
  const clusterId = options.clusterId ?? (await loadClusterFacts(stateDir))?.clusterId;
  if (clusterId === undefined) log.info('no cluster is known here, so there are no containers to remove', { stateDir });
  else await (await createRuntime(clusterId)).removeEverything();
  for (const point of mountsBelow(await mounts.list(), stateDir)) await mounts.unmount(point);
  await rm(stateDir, { recursive: true, force: true });
  log.info('removed everything of this node', { stateDir, clusterId });
}
