import type { Manifest } from '../../lib/kubernetes-client/objects.js';
import { requireCluster } from '../../lib/local-cluster/cluster-file.js';
import { layoutOf } from '../../lib/local-cluster/layout.js';
import { type ClusterOptions, type TestCluster, useCluster } from '../../testing/index.js';

/** A cluster of the harness as someone with kubectl sees it, in the namespace default. */
export class ClusterUser {
  readonly cluster: TestCluster;

  constructor(cluster: TestCluster) {
    this.cluster = cluster;
  }

  /** @returns standard output @throws with kubectl's standard error */
  kubectl(...args: string[]): Promise<string> {
    return this.cluster.kubectl(...args);
  }

  async apply(...objects: object[]): Promise<void> {
    const client = this.cluster.client.in('default');
    for (const object of objects) await client.apply(object as Manifest);
  }

  async getJson<T>(...args: string[]): Promise<T> {
    return JSON.parse(await this.kubectl('get', ...args, '-o', 'json')) as T;
  }

  /** Of a process' /healthz and /metrics, on 127.0.0.1. @param process as in `longshore status` */
  async healthPort(process: string): Promise<number> {
    return (await requireCluster(layoutOf(this.cluster.dir))).healthPorts[process] ?? 0;
  }
}

/** A Docker cluster for the tests of the surrounding block. */
export function useClusterUser(options: ClusterOptions): ClusterUser {
  return new ClusterUser(useCluster(options));
}
