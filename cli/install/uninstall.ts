import { rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { AgentConfig } from '../../lib/configuration/agent-configuration.js';
import type { ControlPlaneConfig } from '../../lib/configuration/control-plane-settings.js';
import { exists } from '../../lib/files/exists.js';
import { runProgram } from '../../lib/local-cluster/process-runner.js';
import { programOf } from '../../lib/local-cluster/process-specs.js';
import type { ProgressListener } from '../../lib/local-cluster/progress-listener.js';
import { agentConfigFile, configFolder, controlPlaneConfigFile, joinTokenFile, stateFolder, unitFile } from './machine-files.js';
import { hasSystemd, systemctl } from './systemd.js';
import { agentTargetName, kubeletAgentUnitName, kubeProxyUnitName } from './units/agent-units.js';
import { controlPlaneUnitName, controlPlaneUser } from './units/control-plane-unit.js';

/**
 * Takes the agents off this machine: services, then containers, networks, kernel rules and
 * routes, then files. With `keepData` the node's certificate stays, and an agent that is
 * installed again needs no token. Safe to repeat.
 */
export async function uninstallAgent(config: AgentConfig, keepData: boolean, progress: ProgressListener): Promise<void> {
  const { stateDir, nodeName, dockerHost } = config;
  progress.update('stopping the agents');
  await removeUnits([agentTargetName, kubeletAgentUnitName, kubeProxyUnitName]);
  progress.update('removing containers, networks, kernel rules and routes');
  const cleanup = async (component: 'kubelet-agent' | 'kube-proxy', dir: string, ...flags: string[]): Promise<void> => {
    const folder = join(stateDir, dir);
    if (!(await exists(folder))) return;
    await runProgram(process.execPath, [
      programOf(component),
      ...['cleanup', '--state-dir', folder, '--node-name', nodeName, ...flags],
    ]);
  };
  const engine = dockerHost === undefined ? [] : ['--docker-host', dockerHost];
  await cleanup('kubelet-agent', 'kubelet', ...engine, ...(keepData ? ['--keep-identity'] : []));
  await cleanup('kube-proxy', 'kube-proxy');
  await removeConfigFiles(agentConfigFile, joinTokenFile);
  if (!keepData) await removeState(stateDir);
  progress.done(`the agents of node ${nodeName} are removed; on the control plane: longshore node remove ${nodeName} --force`);
}

/** Takes the control plane off this machine; `keepData` leaves its objects and keys. Safe to repeat. */
export async function uninstallServer(
  { dataDir }: ControlPlaneConfig,
  keepData: boolean,
  progress: ProgressListener,
): Promise<void> {
  progress.update('stopping the control plane');
  await removeUnits([controlPlaneUnitName]);
  await removeConfigFiles(controlPlaneConfigFile);
  if (!keepData) {
    await removeState(dataDir);
    if (await userExists()) await runProgram('userdel', [controlPlaneUser]);
  }
  progress.done(
    keepData ? `the control plane is removed; its state stays in ${dataDir}` : 'the control plane and its state are removed',
  );
}

/** @throws LongshoreError Internal when a service cannot be stopped: then nothing else may be removed */
async function removeUnits(units: readonly string[]): Promise<void> {
  const present: string[] = [];
  for (const unit of units) if (await exists(unitFile(unit))) present.push(unit);
  if (present.length === 0) return;
  const systemd = await hasSystemd();
  if (systemd) await systemctl('disable', '--now', ...present);
  await removeFiles(present.map(unitFile));
  if (systemd) await systemctl('daemon-reload');
}

async function removeFiles(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { force: true });
}

async function removeConfigFiles(...paths: string[]): Promise<void> {
  await removeFiles(paths);
  await removeEmptyFolder(configFolder);
}

/** The state of one role, and the folder around it when that was all. */
async function removeState(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  if (dirname(folder) === stateFolder) await removeEmptyFolder(stateFolder);
}

async function removeEmptyFolder(path: string): Promise<void> {
  try {
    await rmdir(path);
  } catch (thrown) {
    // The other role's files, or what an administrator keeps or mounts there, stays; or it is gone already.
    if (!['ENOTEMPTY', 'EBUSY', 'ENOENT'].includes((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown;
  }
}

async function userExists(): Promise<boolean> {
  try {
    await runProgram('id', [controlPlaneUser]);
    return true;
  } catch {
    // There is no such user.
    return false;
  }
}
