import type { Container } from '../../proto/gen/longshore/node/v1/pod.js';
import type { ContainerSpec, Mount, PodLabels, SandboxSpec } from '../runtime/container-runtime.js';
import { containerSecurity } from './container-security.js';
import type { DesiredPod } from './desired-pod.js';
import { expandVariables } from './expand-variables.js';
import { oomScoreAdj } from './quality-of-service.js';
import { specHash } from './spec-hash.js';

/** What a container needs beyond its definition, found out before it is created. */
export interface ContainerInputs {
  attempt: number;
  sandboxAttempt: number;
  env: ReadonlyMap<string, string>;
  /** Its volumes, at their places. */
  volumeMounts: readonly Mount[];
  /** Host paths of the pod's network files. */
  networkFiles: { hosts: string; hostname: string; resolvConf: string };
  /** Host path of the attempt's termination log. */
  terminationLog: string;
  /** The image's own user. */
  imageUser: string;
  nodeMemoryBytes: number;
}

/**
 * What the engine is asked to run for one attempt of a container.
 * @throws LongshoreError InvalidArgument, in Kubernetes' words, when its securityContext forbids it
 */
export function containerSpec(desired: DesiredPod, container: Container, inputs: ContainerInputs): ContainerSpec {
  const { env } = inputs;
  const expand = (texts: readonly string[]): string[] | undefined =>
    texts.length === 0 ? undefined : texts.map((text) => expandVariables(text, env));
  return {
    ...labelsOf(desired),
    name: container.name,
    kind: desired.spec.initContainers.includes(container) ? 'init' : 'app',
    attempt: inputs.attempt,
    sandboxAttempt: inputs.sandboxAttempt,
    image: container.image,
    command: expand(container.command),
    args: expand(container.args),
    env: [...env].map(([name, value]) => ({ name, value })),
    workingDir: container.workingDir || undefined,
    mounts: [...inputs.volumeMounts, ...podMounts(container, inputs)],
    limits: container.resources?.limits ?? {},
    requests: container.resources?.requests ?? {},
    security: containerSecurity(desired, container, inputs.imageUser),
    stdin: container.stdin,
    stdinOnce: container.stdinOnce,
    tty: container.tty,
    specHash: specHash(container),
    oomScoreAdj: oomScoreAdj(desired.spec, container, inputs.nodeMemoryBytes),
  };
}

/** The sandbox that holds the pod's network. */
export function sandboxSpec(desired: DesiredPod, attempt: number, nodeName: string): SandboxSpec {
  const { spec } = desired;
  return {
    ...labelsOf(desired),
    attempt,
    hostname: podHostname(desired, nodeName),
    hostNetwork: spec.hostNetwork,
    hostPid: spec.hostPid,
    hostIpc: spec.hostIpc,
    shareProcessNamespace: spec.shareProcessNamespace,
    hostPorts: spec.hostNetwork ? [] : hostPorts(desired),
    sysctls: Object.fromEntries((spec.securityContext?.sysctls ?? []).map(({ name, value }) => [name, value])),
  };
}

/** At most 63 characters, as the kernel and DNS want it. */
function podHostname({ spec, pod }: DesiredPod, nodeName: string): string {
  if (spec.hostNetwork) return nodeName;
  return (spec.hostname || pod.name).slice(0, 63).replace(/[-.]+$/, '');
}

function hostPorts({ spec }: DesiredPod): SandboxSpec['hostPorts'] {
  const containers = [...spec.initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always'), ...spec.containers];
  return containers
    .flatMap(({ ports }) => ports)
    .filter(({ hostPort }) => hostPort > 0)
    .map(({ containerPort, hostPort, hostIp, protocol }) => ({
      containerPort,
      hostPort,
      hostIp,
      protocol: protocolOf(protocol),
    }));
}

function protocolOf(protocol: string): 'TCP' | 'UDP' | 'SCTP' {
  return protocol === 'UDP' || protocol === 'SCTP' ? protocol : 'TCP';
}

/** Files that every container gets, unless a volume of its own is mounted there. */
function podMounts(container: Container, { volumeMounts, networkFiles, terminationLog }: ContainerInputs): Mount[] {
  const files: [string, string][] = [
    [networkFiles.hosts, '/etc/hosts'],
    [networkFiles.hostname, '/etc/hostname'],
    [networkFiles.resolvConf, '/etc/resolv.conf'],
    [terminationLog, container.terminationMessagePath || '/dev/termination-log'],
  ];
  const taken = new Set(volumeMounts.map(({ containerPath }) => containerPath));
  return files
    .filter(([, containerPath]) => !taken.has(containerPath))
    .map(([hostPath, containerPath]) => ({ hostPath, containerPath, readOnly: false, propagation: 'private' }));
}

function labelsOf({ pod }: DesiredPod): PodLabels {
  return { podUid: pod.uid, podNamespace: pod.namespace, podName: pod.name };
}
