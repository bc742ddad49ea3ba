import type { Cluster } from './cluster-file.js';
import { findFreePorts } from './free-ports.js';
import { processNames } from './process-specs.js';

export interface NewClusterOptions {
  /** Default docker. */
  runtime?: 'docker' | 'fake';
  nodes: number;
  apiPort: number;
  /** Second number of the cluster's addresses 10.<n>.0.0/16; several clusters on one host need different ones. */
  podNet: number;
  serviceNet: number;
}

/** Decides the names, ports and addresses of a new local cluster; ports that are taken are skipped. */
export async function designCluster(options: NewClusterOptions): Promise<Cluster> {
  const nodes = Array.from({ length: options.nodes }, (_, index) => `node-${index + 1}`);
  const names = processNames(nodes, options.runtime);
  const [apiPort = 0, nodePlanePort = 0, ...healthPorts] = await findFreePorts(options.apiPort, names.length + 2);
  const own: Partial<Cluster> =
    options.runtime === 'fake'
      ? { runtime: 'fake', address: '127.0.0.1' }
      : {
          nodePlaneAddresses: Object.fromEntries(nodes.map((node, index) => [node, `127.${options.podNet}.0.${index + 1}`])),
        };
  return {
    nodes,
    address: `10.${options.serviceNet}.255.254`,
    link: `longshore${options.podNet}`,
    clusterCidr: `10.${options.podNet}.0.0/16`,
    serviceCidr: `10.${options.serviceNet}.0.0/17`,
    clusterDns: `10.${options.serviceNet}.0.10`,
    apiPort,
    nodePlanePort,
    ...own,
    healthPorts: Object.fromEntries(names.map((name, index) => [name, healthPorts[index] ?? 0])),
  };
}
