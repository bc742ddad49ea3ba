import { join } from 'node:path';

import { type AgentConfig } from '../../lib/configuration/agent-configuration.js';
import { renderFlags } from '../../lib/configuration/render-configuration.js';
import type { Resolution } from '../../lib/configuration/resolve-configuration.js';
import type { AgentRole } from '../../lib/identity/identity-file.js';
import { type AgentComponent, nodeFlags, programOf } from '../../lib/local-cluster/process-specs.js';

/** One of the two agents of a machine, as it should run. */
export interface ChildSpec {
  name: AgentComponent;
  role: AgentRole;
  stateDir: string;
  /** On 127.0.0.1. */
  healthPort: number;
  /** For node itself. */
  nodeFlags: readonly string[];
  /** The program, then its flags. */
  args: readonly string[];
  /** Beside what this process has; secrets go here, since flags can be read by everyone on the machine. */
  environment: Readonly<Record<string, string>>;
}

export const agentNames: readonly AgentComponent[] = ['kubelet-agent', 'kube-proxy'];

/** Settings that the kubelet agent has under the same name. */
const nodeKeys = ['nodeIp', 'capacity', 'nodeLabels', 'registerWithTaints', 'dockerHost'];

/** Both agents of a machine. Pure. */
export function computeChildSpecs({ config, resolved }: Resolution<AgentConfig>): ChildSpec[] {
  const forKubelet = renderFlags(resolved.filter(({ setting }) => nodeKeys.includes(setting.key)));
  return [
    computeSpec('kubelet-agent', config, { dir: 'kubelet', healthPort: config.kubeletHealthPort, flags: forKubelet }),
    computeSpec('kube-proxy', config, { dir: 'kube-proxy', healthPort: config.kubeProxyHealthPort, flags: [] }),
  ];
}

function computeSpec(
  name: AgentComponent,
  config: AgentConfig,
  own: { dir: AgentRole; healthPort: number; flags: readonly string[] },
): ChildSpec {
  const { join: server, token, tokenFile, nodeName, logLevel } = config;
  const stateDir = join(config.stateDir, own.dir);
  return {
    name,
    role: own.dir,
    stateDir,
    healthPort: own.healthPort,
    nodeFlags: nodeFlags[name],
    args: [
      programOf(name),
      'run',
      ...['--server', server, '--node-name', nodeName, '--state-dir', stateDir],
      ...['--health-port', String(own.healthPort), '--log-level', logLevel],
      ...(tokenFile === undefined ? [] : ['--token-file', tokenFile]),
      ...own.flags,
    ],
    environment: token === undefined ? {} : { LONGSHORE_TOKEN: token },
  };
}
