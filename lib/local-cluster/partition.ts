import type { Cluster } from './cluster-file.js';
import { runProgram } from './process-runner.js';

/** What is known of a node that is to be cut off. */
export interface NodeNetwork {
  node: string;
  /** Its pods' addresses, and the node's own among them. */
  podCidr: string;
  gateway: string;
}

/**
 * Cuts a node off, as when its cable is pulled: what its agents send to the node plane and get
 * from there is dropped, and so is what its pods exchange with anything but the node itself
 * (its own pods, agents and DNS). Pods in the host's network are not cut. Safe to repeat.
 */
export async function partitionNode(cluster: Cluster, network: NodeNetwork): Promise<void> {
  await runProgram('nft', ['-f', '-'], { input: renderPartition(cluster, network) });
}

export async function healNode(cluster: Cluster, node: string): Promise<void> {
  const table = tableName(cluster, node);
  // An add makes the deletion safe where there is none.
  await runProgram('nft', ['-f', '-'], { input: `add table inet ${table}\ndelete table inet ${table}\n` });
}

export async function removePartitions(cluster: Cluster): Promise<void> {
  const tables = await runProgram('nft', ['list', 'tables']);
  const cut = cluster.nodes.filter((node) => tables.split('\n').includes(`table inet ${tableName(cluster, node)}`));
  await Promise.all(cut.map((node) => healNode(cluster, node)));
}

/** A ruleset that replaces the node's own table and no other. Pure. */
export function renderPartition(cluster: Cluster, { node, podCidr, gateway }: NodeNetwork): string {
  const table = tableName(cluster, node);
  const address = cluster.nodePlaneAddresses?.[node] ?? '127.0.0.1';
  const port = cluster.nodePlanePort;
  return `add table inet ${table}
delete table inet ${table}
table inet ${table} {
  chain agents {
    type filter hook output priority -200;
    ip daddr ${address} tcp dport ${port} drop
    ip saddr ${address} tcp sport ${port} drop
  }
  chain forwarded {
    type filter hook forward priority -200;
    ip saddr ${podCidr} ip daddr != ${podCidr} drop
    ip daddr ${podCidr} ip saddr != ${podCidr} drop
  }
  chain to-host {
    type filter hook input priority -200;
    ip saddr ${podCidr} ip daddr != ${gateway} drop
  }
  chain from-host {
    type filter hook postrouting priority 0;
    ip daddr ${podCidr} ip saddr != ${podCidr} drop
  }
}
`;
}

function tableName({ link }: Cluster, node: string): string {
  return `${link}_cut_${node}`;
}
