import type { Duplex, Writable } from 'node:stream';

import type { ResourceQuantities } from '../../proto/gen/longshore/node/v1/pod.js';

/**
 * What the kubelet agent needs of a container engine; nothing more. Every method is safe
 * to repeat: creating what exists returns it, removing what is gone succeeds. The Docker
 * runtime and the fake pass the same suite (runtime-contract.ts).
 *
 * Everything made carries labels with the cluster, the node, the pod's uid, namespace and
 * name, the container's name and attempt, so that a restarted agent finds it by label, and
 * two agents on one engine never touch each other's.
 *
 * Errors are LongshoreError: NotFound (no such image or container), InvalidArgument (the
 * engine refuses the configuration; the message is the engine's), Unavailable (the engine
 * does not answer; try again), Unauthenticated (registry).
 */
export interface ContainerRuntime {
  /** Engine name and version, for example { name: 'docker', version: '20.10.24' }. */
  version(signal?: AbortSignal): Promise<{ name: string; version: string; apiVersion: string }>;

  /** Makes the node's pod network (a bridge without masquerade, gateway at the first address), or checks that it is as asked. */
  ensurePodNetwork(network: PodNetwork): Promise<void>;

  /** Everything of this node on the engine, or of one pod. One pass over the engine. */
  observe(podUid?: string): Promise<ObservedPod[]>;

  /** Uids of pods of which something changed on the engine. A hint: events may be missed or repeated. Ends when signal aborts. */
  changes(signal: AbortSignal): AsyncIterable<string>;

  /** Creates and starts the sandbox of `spec.attempt`; resolves when its network has an address. */
  startSandbox(spec: SandboxSpec): Promise<ObservedSandbox>;
  /** Stops the sandbox of a finished pod, so that its address is free; exited containers in it stay for their logs. */
  stopSandbox(podUid: string, attempt: number): Promise<void>;
  /** Stops and removes the sandbox and every container in it at once. Removes its files too. */
  removeSandbox(podUid: string, attempt: number): Promise<void>;

  /** Creates the container of `spec.attempt` and starts it. Nothing is left when it could not be started, apart from an exited container that says why. */
  startContainer(spec: ContainerSpec): Promise<ObservedContainer>;
  /** SIGTERM (the image's stop signal), then SIGKILL after `graceSeconds`. Resolves when it has exited. */
  stopContainer(id: string, graceSeconds: number): Promise<void>;
  removeContainer(id: string): Promise<void>;

  /** Runs a command in a running container. Output is cut at 10 KiB. @throws LongshoreError DeadlineExceeded, NotFound */
  exec(
    id: string,
    command: readonly string[],
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<{ exitCode: number; output: string }>;

  /**
   * Starts a command in a running container with its streams connected; whoever asks closes it.
   * A signal that aborts gives the start up; later it breaks the streams off.
   * @throws LongshoreError NotFound (gone, or not running)
   */
  startProcess(id: string, options: ProcessOptions, signal: AbortSignal): Promise<ContainerProcess>;

  /**
   * Connects to the container's own process, from now on; its exit is the container's.
   * @throws LongshoreError NotFound (gone, or not running)
   */
  attach(id: string, options: AttachOptions, signal: AbortSignal): Promise<ContainerProcess>;

  /**
   * A TCP connection to a port of localhost as the pod's containers see it.
   * @throws LongshoreError NotFound (no sandbox runs), Unavailable (nothing listens there; the message says so)
   */
  dial(podUid: string, port: number, signal: AbortSignal): Promise<Duplex>;

  /** The container's output, stdout and stderr as written. Ends at its end, or with `follow` when the container exits. */
  logs(id: string, options: LogOptions, signal: AbortSignal): AsyncIterable<Uint8Array>;

  /** What is known of a local image. Undefined when it is not there. */
  image(reference: string): Promise<ObservedImage | undefined>;
  images(): Promise<ObservedImage[]>;
  /** @throws LongshoreError NotFound, Unauthenticated, Unavailable; the message is fit for ErrImagePull */
  pullImage(reference: string, credentials: RegistryCredentials | undefined, signal: AbortSignal): Promise<void>;

  /** Removes all containers and the network of this node. */
  removeEverything(): Promise<void>;
}

export interface PodNetwork {
  /** For example "10.244.1.0/24"; the gateway is its first address. */
  podCidr: string;
  mtu?: number;
}

export interface PodLabels {
  podUid: string;
  podNamespace: string;
  podName: string;
}

export interface SandboxSpec extends PodLabels {
  /** 0, then one more for every sandbox that had to be replaced. */
  attempt: number;
  hostname: string;
  hostNetwork: boolean;
  hostPid: boolean;
  hostIpc: boolean;
  /** Containers of the pod share the sandbox's process namespace. */
  shareProcessNamespace: boolean;
  /** Published on the node; the others need no publishing. */
  hostPorts: readonly { containerPort: number; hostPort: number; hostIp: string; protocol: 'TCP' | 'UDP' | 'SCTP' }[];
  sysctls: Readonly<Record<string, string>>;
}

export interface ContainerSpec extends PodLabels {
  name: string;
  kind: ContainerKind;
  attempt: number;
  sandboxAttempt: number;
  image: string;
  /** Undefined: the image's entrypoint. */
  command?: readonly string[];
  /** Undefined: the image's command, unless `command` is given. */
  args?: readonly string[];
  env: readonly { name: string; value: string }[];
  workingDir?: string;
  mounts: readonly Mount[];
  limits: ResourceQuantities;
  requests: ResourceQuantities;
  security: ContainerSecurity;
  stdin: boolean;
  stdinOnce: boolean;
  tty: boolean;
  /** Of the wanted configuration; observed again as ObservedContainer.specHash. */
  specHash: string;
  /** -1000 to 1000; an engine that may not lower it warns once and goes on without. */
  oomScoreAdj: number;
}

export type ContainerKind = 'init' | 'app';

export interface Mount {
  hostPath: string;
  containerPath: string;
  readOnly: boolean;
  propagation: 'private' | 'rslave' | 'rshared';
}

export interface ContainerSecurity {
  privileged: boolean;
  capabilitiesAdd: readonly string[];
  capabilitiesDrop: readonly string[];
  /** "uid", "uid:gid" or undefined for the image's user. */
  user?: string;
  supplementalGroups: readonly number[];
  readOnlyRootFilesystem: boolean;
  noNewPrivileges: boolean;
}

export interface ObservedPod extends PodLabels {
  /** Newest attempt last. */
  sandboxes: readonly ObservedSandbox[];
  /** By name, then attempt, oldest first. */
  containers: readonly ObservedContainer[];
}

export interface ObservedSandbox {
  id: string;
  attempt: number;
  state: 'created' | 'running' | 'exited';
  /** Empty when it has none (host network, or not running). */
  ip: string;
  createdAtMs: number;
}

export interface ObservedContainer {
  id: string;
  name: string;
  kind: ContainerKind;
  attempt: number;
  sandboxAttempt: number;
  state: 'created' | 'running' | 'exited';
  image: string;
  imageId: string;
  specHash: string;
  createdAtMs: number;
  /** 0: never started. */
  startedAtMs: number;
  /** 0: not finished. */
  finishedAtMs: number;
  exitCode: number;
  oomKilled: boolean;
  /** Why the engine could not start it; empty otherwise. */
  error: string;
}

export interface ObservedImage {
  id: string;
  /** Tags and digests. */
  names: readonly string[];
  sizeBytes: number;
  /** The image's own user: "", "1000", "app", "1000:1000". */
  user: string;
}

export interface RegistryCredentials {
  username: string;
  password: string;
  serverAddress: string;
}

export interface LogOptions {
  follow: boolean;
  timestamps: boolean;
  tailLines?: number;
  limitBytes?: number;
  sinceMs?: number;
}

export interface AttachOptions {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
}

export interface ProcessOptions extends AttachOptions {
  command: readonly string[];
  /** The process gets a terminal; all its output is stdout then. */
  tty: boolean;
}

export interface ProcessOutput {
  channel: 'stdout' | 'stderr';
  data: Uint8Array;
}

/** A process whose streams are connected. */
export interface ContainerProcess {
  /** In the order in which it was written; a reader that waits makes the process wait. Ends with the last of it. Read it once. */
  readonly output: AsyncIterable<ProcessOutput>;
  /** Its stdin: ends when this is ended. Takes nothing when stdin was not asked for. */
  readonly input: Writable;
  /** Of its terminal; without one nothing happens. */
  resize(columns: number, rows: number): Promise<void>;
  /** Waits for its end. @throws the signal's reason */
  exitCode(signal: AbortSignal): Promise<number>;
  /** Disconnects. A process that was started with a terminal and still runs is hung up (SIGHUP); others go on. */
  close(): Promise<void>;
}
