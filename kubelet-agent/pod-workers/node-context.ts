import type { PodFacts } from '../volumes/volume-manager.js';

/** What pods need to know of their node and cluster. */
export interface NodeContext {
  nodeName: string;
  hostIp: string;
  nodeAllocatable: PodFacts['nodeAllocatable'];
  /** Of the machine, for the OOM score. */
  memoryBytes: number;
  dnsServers: readonly string[];
  clusterDomain: string;
}

export function podFacts(node: NodeContext, podIp: string): PodFacts {
  const { nodeName, hostIp, nodeAllocatable, dnsServers, clusterDomain } = node;
  return { podIp, hostIp, nodeName, nodeAllocatable, dnsServers, clusterDomain };
}
