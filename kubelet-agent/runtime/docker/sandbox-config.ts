import type { ContainerCreateOptions } from 'dockerode';
import type { SandboxSpec } from '../container-runtime.js';
import { label, networkName, ownerLabels, podLabels, sandboxName, type Owner } from './labels.js';
import { sandboxImageTag } from './sandbox-image/sandbox-image.js';
import { renderNamespaces } from './sandbox-namespaces.js';

/**
 * The container that holds a pod's namespaces, as the engine wants it: no files, no
 * rights, no log. Pure.
 */
export function renderSandboxConfig(spec: SandboxSpec, owner: Owner): ContainerCreateOptions {
  const ports = spec.hostNetwork ? [] : spec.hostPorts;
  return {
    name: sandboxName(spec, spec.attempt),
    Image: sandboxImageTag,
    // In the host's network the hostname is the host's.
    ...(spec.hostNetwork ? {} : { Hostname: spec.hostname }),
    Labels: {
      ...ownerLabels(owner),
      ...podLabels(spec),
      [label.kind]: 'sandbox',
      [label.attempt]: String(spec.attempt),
      [label.sandboxAttempt]: String(spec.attempt),
      [label.namespaces]: renderNamespaces(spec),
    },
    ExposedPorts: Object.fromEntries(ports.map((port) => [portKey(port), {}])),
    HostConfig: {
      NetworkMode: spec.hostNetwork ? 'host' : networkName(owner),
      IpcMode: spec.hostIpc ? 'host' : 'shareable',
      PidMode: spec.hostPid ? 'host' : '',
      PortBindings: renderPortBindings(ports),
      Sysctls: { ...spec.sysctls },
      // The least share there is: it never computes.
      CpuShares: 2,
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      LogConfig: { Type: 'none', Config: {} },
      RestartPolicy: { Name: 'no' },
      Init: false,
    },
  };
}

type HostPort = SandboxSpec['hostPorts'][number];

function portKey({ containerPort, protocol }: HostPort): string {
  return `${containerPort}/${protocol.toLowerCase()}`;
}

function renderPortBindings(ports: readonly HostPort[]): Record<string, { HostIp: string; HostPort: string }[]> {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const port of ports) (bindings[portKey(port)] ??= []).push({ HostIp: port.hostIp, HostPort: String(port.hostPort) });
  return bindings;
}
