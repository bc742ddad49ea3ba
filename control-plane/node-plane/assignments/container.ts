import { bytes, cpuMillis } from '../../../lib/kubernetes/quantity.js';
import type {
  Container as KubeContainer,
  SecurityContext as KubeSecurityContext,
} from '../../../lib/kubernetes/types/core-v1.js';
import type { Container, ResourceQuantities, SecurityContext } from '../../../proto/gen/longshore/node/v1/pod.js';
import { envFromSource, envVar } from './environment.js';
import { lifecycleHandler, probe } from './probe.js';

/** A container with quantities and named ports as numbers. */
export function container(source: KubeContainer): Container {
  return {
    name: source.name,
    image: source.image ?? '',
    command: source.command ?? [],
    args: source.args ?? [],
    workingDir: source.workingDir ?? '',
    ports: (source.ports ?? []).map((port) => ({
      name: port.name ?? '',
      containerPort: port.containerPort,
      hostPort: port.hostPort ?? 0,
      hostIp: port.hostIP ?? '',
      protocol: port.protocol ?? 'TCP',
    })),
    envFrom: (source.envFrom ?? []).map(envFromSource),
    env: (source.env ?? []).map(envVar),
    resources: { requests: quantities(source.resources?.requests), limits: quantities(source.resources?.limits) },
    volumeMounts: (source.volumeMounts ?? []).map((mount) => ({
      name: mount.name,
      mountPath: mount.mountPath,
      readOnly: mount.readOnly ?? false,
      subPath: mount.subPath ?? '',
      subPathExpr: mount.subPathExpr ?? '',
      mountPropagation: mount.mountPropagation ?? '',
    })),
    livenessProbe: probe(source.livenessProbe, source),
    readinessProbe: probe(source.readinessProbe, source),
    startupProbe: probe(source.startupProbe, source),
    postStart: lifecycleHandler(source.lifecycle?.postStart, source),
    preStop: lifecycleHandler(source.lifecycle?.preStop, source),
    terminationMessagePath: source.terminationMessagePath ?? '/dev/termination-log',
    terminationMessagePolicy: source.terminationMessagePolicy ?? 'File',
    imagePullPolicy: source.imagePullPolicy ?? 'IfNotPresent',
    securityContext: securityContext(source.securityContext),
    stdin: source.stdin ?? false,
    stdinOnce: source.stdinOnce ?? false,
    tty: source.tty ?? false,
    restartPolicy: source.restartPolicy ?? '',
  };
}

function quantities(amounts: Record<string, string> | undefined): ResourceQuantities {
  const { cpu, memory, 'ephemeral-storage': storage } = amounts ?? {};
  return {
    ...(cpu !== undefined && { cpuMillis: cpuMillis(cpu) }),
    ...(memory !== undefined && { memoryBytes: bytes(memory) }),
    ...(storage !== undefined && { ephemeralStorageBytes: bytes(storage) }),
  };
}

function securityContext(source: KubeSecurityContext | undefined): SecurityContext | undefined {
  if (!source) return undefined;
  return {
    privileged: source.privileged,
    capabilitiesAdd: source.capabilities?.add ?? [],
    capabilitiesDrop: source.capabilities?.drop ?? [],
    runAsUser: source.runAsUser,
    runAsGroup: source.runAsGroup,
    runAsNonRoot: source.runAsNonRoot,
    readOnlyRootFilesystem: source.readOnlyRootFilesystem,
    allowPrivilegeEscalation: source.allowPrivilegeEscalation,
  };
}
