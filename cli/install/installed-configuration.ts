import { type AgentConfig, agentSettings } from '../../lib/configuration/agent-configuration.js';
import { parseConfigurationFile } from '../../lib/configuration/configuration-file.js';
import { type ControlPlaneConfig, controlPlaneSettings } from '../../lib/configuration/control-plane-settings.js';
import { resolveConfiguration } from '../../lib/configuration/resolve-configuration.js';
import type { Setting } from '../../lib/configuration/setting.js';
import { readFileIfExists } from '../../lib/files/read-file-if-exists.js';
import { agentKind } from '../machine/run-agent.js';
import { controlPlaneKind } from '../machine/run-control-plane.js';
import { agentConfigFile, controlPlaneConfigFile } from './machine-files.js';

/** What the agents were installed with; undefined: they were not. @throws LongshoreError InvalidArgument */
export function installedAgent(): Promise<AgentConfig | undefined> {
  return read<AgentConfig>(agentConfigFile, agentKind, agentSettings());
}

/** What the control plane was installed with; undefined: it was not. @throws LongshoreError InvalidArgument */
export function installedControlPlane(): Promise<ControlPlaneConfig | undefined> {
  return read<ControlPlaneConfig>(controlPlaneConfigFile, controlPlaneKind, controlPlaneSettings());
}

/** The file alone counts, and whether it would start a program does not matter: it is to be taken away. */
async function read<Config>(file: string, kind: string, settings: readonly Setting[]): Promise<Config | undefined> {
  const text = await readFileIfExists(file);
  if (text === undefined) return undefined;
  const parsed = parseConfigurationFile(text, { file, kind, settings });
  return resolveConfiguration<Config>({ settings, flags: new Map(), environment: {}, file: parsed }, () => []).config;
}
