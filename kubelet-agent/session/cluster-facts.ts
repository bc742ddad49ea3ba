import { join } from 'node:path';

import { readFileIfExists } from '../../lib/files/read-file-if-exists.js';
import { writeFileAtomic } from '../../lib/files/write-file-atomic.js';
import type { RegisterResponse } from '../../proto/gen/longshore/node/v1/node.js';

/** What the control plane tells a node of its place in the cluster; the same for the node's whole life. */
export interface ClusterFacts {
  clusterId: string;
  podCidr: string;
  clusterDns: string;
  clusterDomain: string;
}

export function clusterFacts({ clusterId, podCidr, clusterDns, clusterDomain }: RegisterResponse): ClusterFacts {
  return { clusterId, podCidr, clusterDns, clusterDomain };
}

/** Whether containers and networks made under `a` are of no use under `b`. */
export function isOtherPlace(a: ClusterFacts, b: ClusterFacts): boolean {
  return a.clusterId !== b.clusterId || a.podCidr !== b.podCidr;
}

/** Undefined when this node has never registered. */
export async function loadClusterFacts(stateDir: string): Promise<ClusterFacts | undefined> {
  const text = await readFileIfExists(pathIn(stateDir));
  return text === undefined ? undefined : (JSON.parse(text) as ClusterFacts);
}

export async function saveClusterFacts(stateDir: string, facts: ClusterFacts): Promise<void> {
  await writeFileAtomic(pathIn(stateDir), JSON.stringify(facts));
}

function pathIn(stateDir: string): string {
  return join(stateDir, 'cluster.json');
}
