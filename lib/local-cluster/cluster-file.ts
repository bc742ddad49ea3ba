import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';

import { LongshoreError } from '../errors/errors.js';
import type { Layout } from './layout.js';

/** What a local cluster is; written once by `longshore up` and read by every other command. */
export interface Cluster {
  /** Absent: Docker. The fake keeps containers in memory and touches nothing of the host. */
  runtime?: 'fake';
  nodes: string[];
  /** Host address of the control plane that pods can reach; carried by the bridge `link`. */
  address: string;
  link: string;
  clusterCidr: string;
  serviceCidr: string;
  clusterDns: string;
  apiPort: number;
  nodePlanePort: number;
  /** Loopback address by which each node reaches the node plane, so that one node can be cut off. Absent: 127.0.0.1. */
  nodePlaneAddresses?: Record<string, string>;
  /** /healthz, /readyz and /metrics of each process, on 127.0.0.1, by process name. */
  healthPorts: Record<string, number>;
}

/** @returns undefined when the folder holds no cluster. */
export async function readCluster(layout: Layout): Promise<Cluster | undefined> {
  let text: string;
  try {
    text = await readFile(layout.clusterFile, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  }
  try {
    return JSON.parse(text) as Cluster;
  } catch (thrown) {
    throw new LongshoreError(
      'FailedPrecondition',
      `${layout.clusterFile} is not JSON: remove ${layout.dir} and run longshore up again`,
      {
        cause: thrown,
      },
    );
  }
}

/** The cluster, or an error that says how to make one. */
export async function requireCluster(layout: Layout): Promise<Cluster> {
  const cluster = await readCluster(layout);
  if (!cluster) throw new LongshoreError('NotFound', `there is no cluster in ${layout.dir}: run longshore up`);
  return cluster;
}

export async function writeCluster(layout: Layout, cluster: Cluster): Promise<void> {
  await mkdir(layout.dir, { recursive: true, mode: 0o711 });
  const draft = `${layout.clusterFile}.new`;
  await writeFile(draft, `${JSON.stringify(cluster, null, 2)}\n`);
  await rename(draft, layout.clusterFile);
}
