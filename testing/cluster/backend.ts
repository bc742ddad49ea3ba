import type { Cluster } from '../../lib/local-cluster/cluster-file.js';
import type { Layout } from '../../lib/local-cluster/layout.js';
import type { NodeFaults } from '../../lib/local-cluster/node-faults.js';
import type { ClusterProcesses } from '../../lib/local-cluster/processes.js';

/** Where a cluster comes from, and what can be done to it below its API. */
export interface Backend {
  readonly kubeconfig: string;
  readonly nodes: readonly string[];
  /** Undefined for a cluster that somebody else runs. */
  readonly local: LocalParts | undefined;
  /** Removes what was started, and leaves alone what was not. */
  stop(): Promise<void>;
}

/** A cluster of processes on this host. */
export interface LocalParts {
  readonly cluster: Cluster;
  readonly layout: Layout;
  readonly processes: ClusterProcesses;
  faultsOf(node: string): NodeFaults;
}
