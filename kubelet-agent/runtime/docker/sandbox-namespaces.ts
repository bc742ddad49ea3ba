import type { SandboxSpec } from '../container-runtime.js';

/** Which namespaces the containers of a pod share with the host or with each other. */
export type SandboxNamespaces = Pick<SandboxSpec, 'hostNetwork' | 'hostPid' | 'hostIpc' | 'shareProcessNamespace'>;

const words = {
  hostNetwork: 'host-network',
  hostPid: 'host-pid',
  hostIpc: 'host-ipc',
  shareProcessNamespace: 'shared-pid',
} as const;

/** As a label of the sandbox, so that containers can join it after a restart of the agent. */
export function renderNamespaces(namespaces: SandboxNamespaces): string {
  return (Object.keys(words) as (keyof SandboxNamespaces)[])
    .filter((name) => namespaces[name])
    .map((name) => words[name])
    .join(',');
}

export function parseNamespaces(label: string): SandboxNamespaces {
  const present = new Set(label.split(','));
  return {
    hostNetwork: present.has(words.hostNetwork),
    hostPid: present.has(words.hostPid),
    hostIpc: present.has(words.hostIpc),
    shareProcessNamespace: present.has(words.shareProcessNamespace),
  };
}
