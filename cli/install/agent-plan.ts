import { join } from 'node:path';

import type { AgentConfig } from '../../lib/configuration/agent-configuration.js';
import { renderConfigurationFile } from '../../lib/configuration/render-configuration.js';
import type { Resolution } from '../../lib/configuration/resolve-configuration.js';
import { nodeFlags } from '../../lib/local-cluster/process-specs.js';
import { agentConfigFile, configFolder, joinTokenFile, unitFile } from './machine-files.js';
import type { Plan, Step } from './plan.js';
import {
  agentTargetName,
  kubeletAgentUnitName,
  kubeProxyUnitName,
  renderAgentTarget,
  renderKubeletAgentUnit,
  renderKubeProxyUnit,
} from './units/agent-units.js';
import type { UnitFacts } from './units/unit-facts.js';

/**
 * What makes this machine a node. A token that was given lies in a file of its own, which the
 * services name, and is removed once the node has joined. Pure.
 */
export function computeAgentPlan(facts: UnitFacts, kind: string, { config, resolved }: Resolution<AgentConfig>): Plan {
  const { token, stateDir } = config;
  const tokenFile = config.tokenFile === undefined ? joinTokenFile : undefined;
  const options = { configFile: agentConfigFile, stateDir, tokenFile };
  const units = {
    [kubeletAgentUnitName]: renderKubeletAgentUnit(facts, { ...options, nodeFlags: nodeFlags['kubelet-agent'] }),
    [kubeProxyUnitName]: renderKubeProxyUnit(facts, { ...options, nodeFlags: nodeFlags['kube-proxy'] }),
    [agentTargetName]: renderAgentTarget(),
  };
  const secret: Step[] =
    token === undefined ? [] : [{ kind: 'file', path: joinTokenFile, mode: 0o600, content: `${token}\n`, secret: true }];
  return {
    steps: [
      { kind: 'directory', path: configFolder, mode: 0o755 },
      ...['kubelet', 'kube-proxy'].map((dir): Step => ({ kind: 'directory', path: join(stateDir, dir), mode: 0o700 })),
      ...secret,
      { kind: 'file', path: agentConfigFile, mode: 0o644, content: renderConfigurationFile(kind, resolved) },
      ...Object.entries(units).map(([name, text]): Step => ({ kind: 'file', path: unitFile(name), mode: 0o644, content: text })),
      ...[kubeletAgentUnitName, kubeProxyUnitName, agentTargetName].map((unit): Step => ({
        kind: 'service',
        unit,
        files: [unitFile(unit), agentConfigFile],
      })),
    ],
    byHand: [`longshore agent --config ${agentConfigFile}${tokenFile === undefined ? '' : ` --token-file ${tokenFile}`}`],
  };
}
