import type { PodAssignment } from '../../proto/gen/longshore/node/v1/pod.js';

/** The files that a pod mounts, under `<state-dir>/pods/<uid>/`. Safe to repeat; finds its own work after a restart. */
export interface VolumeManager {
  /**
   * Builds every volume of the pod, or brings it up to date (a changed ConfigMap or
   * Secret, a token at four fifths of its life), and removes none.
   * @returns host path by volume name
   * @throws LongshoreError NotFound naming the missing ConfigMap, Secret or key (FailedMount), InvalidArgument for a hostPath of the wrong type
   */
  prepare(assignment: PodAssignment, pod: PodFacts, signal: AbortSignal): Promise<ReadonlyMap<string, string>>;

  /**
   * /etc/hosts, /etc/hostname and /etc/resolv.conf of the pod, to be bind-mounted into every container.
   * @returns host paths
   */
  prepareNetworkFiles(assignment: PodAssignment, pod: PodFacts): Promise<{ hosts: string; hostname: string; resolvConf: string }>;

  /** An empty file for one attempt of a container, mounted at its terminationMessagePath. */
  prepareTerminationLog(podUid: string, containerName: string, attempt: number): Promise<string>;
  /** What the container wrote to it: at most 4096 bytes; empty when nothing. */
  readTerminationLog(podUid: string, containerName: string, attempt: number): Promise<string>;

  /** Unmounts and deletes everything of the pod. */
  remove(podUid: string): Promise<void>;
  /** Uids of the pods that have files here. */
  list(): Promise<string[]>;
}

/** What the downward API and the network files need beyond the assignment. */
export interface PodFacts {
  /** Empty until the sandbox has one. */
  podIp: string;
  hostIp: string;
  nodeName: string;
  /** For resourceFieldRef limits that are not set. */
  nodeAllocatable: { cpuMillis: number; memoryBytes: number; ephemeralStorageBytes: number };
  /** Cluster DNS, in order: the node's own server, then the cluster's service address. */
  dnsServers: readonly string[];
  clusterDomain: string;
}
