import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import type { ContainerSecurity, ContainerSpec, Mount } from '../container-runtime.js';
import { containerName, label, ownerLabels, podLabels, sandboxName, type Owner } from './labels.js';
import type { SandboxNamespaces } from './sandbox-namespaces.js';

/** Length of a CPU accounting period; a limit is a share of it. */
const cpuPeriodUs = 100_000;
/** The kernel takes no smaller quota. */
const leastCpuQuotaUs = 1_000;
const leastCpuShares = 2;
const sharesPerCore = 1_024;

/** A container of a pod, in the namespaces of its sandbox, as the engine wants it. Pure. */
export function renderContainerConfig(spec: ContainerSpec, owner: Owner, namespaces: SandboxNamespaces): ContainerCreateOptions {
  return {
    name: containerName(spec, spec.name, spec.sandboxAttempt, spec.attempt),
    Image: spec.image,
    ...(spec.command === undefined ? {} : { Entrypoint: [...spec.command] }),
    ...(spec.args === undefined ? {} : { Cmd: [...spec.args] }),
    ...(spec.workingDir === undefined ? {} : { WorkingDir: spec.workingDir }),
    ...(spec.security.user === undefined ? {} : { User: spec.security.user }),
    Env: spec.env.map(({ name, value }) => `${name}=${value}`),
    Labels: {
      ...ownerLabels(owner),
      ...podLabels(spec),
      [label.kind]: spec.kind,
      [label.container]: spec.name,
      [label.attempt]: String(spec.attempt),
      [label.sandboxAttempt]: String(spec.sandboxAttempt),
      [label.specHash]: spec.specHash,
    },
    OpenStdin: spec.stdin,
    StdinOnce: spec.stdinOnce,
    Tty: spec.tty,
    HostConfig: {
      ...renderNamespaceModes(sandboxName(spec, spec.sandboxAttempt), namespaces),
      ...renderResources(spec),
      ...renderSecurity(spec.security),
      Mounts: spec.mounts.map(renderMount),
      OomScoreAdj: spec.oomScoreAdj,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
      RestartPolicy: { Name: 'no' },
      Init: false,
    },
  };
}

function renderNamespaceModes(sandbox: string, namespaces: SandboxNamespaces): HostConfig {
  const join = `container:${sandbox}`;
  return {
    NetworkMode: join,
    IpcMode: namespaces.hostIpc ? 'host' : join,
    ...(namespaces.hostPid ? { PidMode: 'host' } : namespaces.shareProcessNamespace ? { PidMode: join } : {}),
    ...(namespaces.hostNetwork ? { UTSMode: 'host' } : {}),
  };
}

/** As the kubelet: requests weigh, limits bind, and swap gives no memory beyond the limit. */
function renderResources({ requests, limits }: ContainerSpec): HostConfig {
  const { cpuMillis: requestedCpu = 0 } = requests;
  const { cpuMillis: cpuLimit = 0, memoryBytes: memoryLimit = 0 } = limits;
  return {
    CpuShares: Math.max(leastCpuShares, Math.floor((requestedCpu * sharesPerCore) / 1_000)),
    ...(cpuLimit > 0
      ? { CpuPeriod: cpuPeriodUs, CpuQuota: Math.max(leastCpuQuotaUs, Math.round((cpuLimit * cpuPeriodUs) / 1_000)) }
      : {}),
    ...(memoryLimit > 0 ? { Memory: memoryLimit, MemorySwap: memoryLimit } : {}),
  };
}

function renderSecurity(security: ContainerSecurity): HostConfig {
  return {
    Privileged: security.privileged,
    CapAdd: [...security.capabilitiesAdd],
    CapDrop: [...security.capabilitiesDrop],
    GroupAdd: security.supplementalGroups.map(String),
    ReadonlyRootfs: security.readOnlyRootFilesystem,
    SecurityOpt: security.noNewPrivileges ? ['no-new-privileges'] : [],
  };
}

function renderMount(mount: Mount): NonNullable<HostConfig['Mounts']>[number] {
  return {
    Type: 'bind',
    Source: mount.hostPath,
    Target: mount.containerPath,
    ReadOnly: mount.readOnly,
    BindOptions: { Propagation: mount.propagation === 'private' ? 'rprivate' : mount.propagation },
  };
}
