import { join } from 'node:path';

import type { Command } from 'commander';

import { checkControlPlane } from '../../lib/configuration/check-control-plane.js';
import { type ControlPlaneConfig, controlPlaneSettings } from '../../lib/configuration/control-plane-settings.js';
import { renderFlags } from '../../lib/configuration/render-configuration.js';
import type { Resolution, Resolved } from '../../lib/configuration/resolve-configuration.js';
import { type Setting, settingNamed } from '../../lib/configuration/setting.js';
import { defaultAddress } from '../../lib/net/default-address.js';
import { addSettings, printedConfiguration, readConfiguration } from '../configuration/settings-command.js';
import { becomeComponent } from './become-component.js';

/** Of the configuration file. */
export const controlPlaneKind = 'ControlPlaneConfiguration';
const kind = controlPlaneKind;

/** Options of the control plane of a machine: it listens on every address. */
export function addControlPlaneSettings(command: Command): void {
  addSettings(command, machineSettings(), kind);
}

/** What a control plane on this machine would run with. @throws LongshoreError InvalidArgument, NotFound (no such file) */
export async function readControlPlaneConfiguration(command: Command): Promise<Resolution<ControlPlaneConfig>> {
  const settings = machineSettings();
  const found = await defaultAddress();
  if (found !== undefined) settingNamed(settings, 'advertiseAddress').default(found, 'the address of the default route');
  return readConfiguration<ControlPlaneConfig>(command, { kind, settings, check: checkControlPlane });
}

/** Runs the control plane in this process until it is told to stop; says first where it is reached. */
export async function runControlPlane(command: Command): Promise<void> {
  const { config, resolved } = await readControlPlaneConfiguration(command);
  if (printedConfiguration(command, kind, resolved)) return;
  console.log(
    renderWelcome(
      config,
      resolved.find(({ setting }) => setting.key === 'advertiseAddress'),
    ),
  );
  await becomeComponent('control-plane', ['run', ...renderFlags(resolved)]);
}

function machineSettings(): Setting[] {
  const settings = controlPlaneSettings();
  settingNamed(settings, 'bindAddress').default(['0.0.0.0']);
  return settings;
}

function renderWelcome(config: ControlPlaneConfig, address: Resolved | undefined): string {
  const { advertiseAddress = config.bindAddress[0] ?? '', dataDir, port, nodePlanePort } = config;
  const source = address?.where ?? 'the address of the default route; --advertise-address sets another';
  return [
    `API         https://${advertiseAddress}:${port}`,
    `node plane  https://${advertiseAddress}:${nodePlanePort}`,
    `address     ${advertiseAddress} (${source})`,
    `kubeconfig  ${join(dataDir, 'admin.kubeconfig')}`,
    'add a node  longshore token create, on this machine, prints the command',
  ].join('\n');
}
