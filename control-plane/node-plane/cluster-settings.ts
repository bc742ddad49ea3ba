/** What every node must know of the cluster; fixed for its life. */
export interface ClusterSettings {
  /** Names the cluster in labels of containers and networks. */
  clusterId: string;
  /** All pods' addresses, for example "10.244.0.0/16". */
  clusterCidr: string;
  /** Length of a node's prefix in clusterCidr, for example 24. */
  nodeCidrMaskSize: number;
  serviceCidr: string;
  /** Address of the cluster DNS service. */
  clusterDns: string;
  clusterDomain: string;
  heartbeatPeriodMs: number;
  /** How long a node counts as alive after its last heartbeat; its Lease's duration. */
  leaseDurationSeconds: number;
  nodePorts: { first: number; last: number };
}
