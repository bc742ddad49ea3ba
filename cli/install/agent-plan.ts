import { join } from 'node:path';

import type { AgentConfig } from '../../lib/configuration/agent-configuration.js';
import { renderConfigurationFile } from '../../lib/configuration/render-configuration.js';
import type { Resolution, Resolved } from '../../lib/configuration/resolve-configuration.js';
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
 * What makes this machine a node. A token that was given lies in a file of its own, from
 * where it is removed once the node has joined; the configuration names the file. Pure.
 */
export function computeAgentPlan(facts: UnitFacts, kind: string, { config, resolved }: Resolution<AgentConfig>): Plan {
  const { token, stateDir } = config;
  const options = { configFile: agentConfigFile, stateDir };
  const content = renderConfigurationFile(kind, token === undefined ? resolved : withTokenFile(resolved));
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
      { kind: 'file', path: agentConfigFile, mode: 0o644, content },
      ...Object.entries(units).map(([name, text]): Step => ({ kind: 'file', path: unitFile(name), mode: 0o644, content: text })),
      ...[kubeletAgentUnitName, kubeProxyUnitName, agentTargetName].map((unit): Step => ({
        kind: 'service',
        unit,
        files: [unitFile(unit), agentConfigFile],
      })),
    ],
    byHand: [`longshore agent --config ${agentConfigFile}`],
  };
}

function withTokenFile(resolved: readonly Resolved[]): Resolved[] {
  return resolved.map((one) => (one.setting.key === 'tokenFile' ? { ...one, text: joinTokenFile, where: joinTokenFile } : one));
}
