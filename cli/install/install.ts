import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { Command } from 'commander';

import type { AgentConfig } from '../../lib/configuration/agent-configuration.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { exists } from '../../lib/files/exists.js';
import { identityDirectory, IdentityFile } from '../../lib/identity/identity-file.js';
import type { ProgressListener } from '../../lib/local-cluster/progress-listener.js';
import { printedConfiguration } from '../configuration/settings-command.js';
import { allChecks } from '../doctor/all-checks.js';
import type { DoctorContext } from '../doctor/context.js';
import { renderFindings } from '../doctor/render-findings.js';
import { isWell, runChecks } from '../doctor/run-checks.js';
import { agentKind, readAgentConfiguration } from '../machine/run-agent.js';
import { controlPlaneKind, readControlPlaneConfiguration } from '../machine/run-control-plane.js';
import { colorsFor } from '../terminal/colors.js';
import { computeAgentPlan } from './agent-plan.js';
import { applyPlan } from './apply-plan.js';
import { agentDoctorContext, serverDoctorContext } from './doctor-contexts.js';
import { agentConfigFile, controlPlaneConfigFile, joinTokenFile } from './machine-files.js';
import { type Plan, renderPlan } from './plan.js';
import { computeServerPlan } from './server-plan.js';
import { hasSystemd } from './systemd.js';
import { readUnitFacts, requireRunnableBy } from './unit-facts-reader.js';
import { agentTargetName, kubeletAgentUnitName, kubeProxyUnitName } from './units/agent-units.js';
import { controlPlaneUnitName, controlPlaneUser } from './units/control-plane-unit.js';
import { waitUntilReady } from './wait-until-ready.js';

export interface InstallFlags {
  dryRun: boolean;
  ignoreDoctor: boolean;
  /** Seconds. */
  timeout: number;
}

/** Makes this machine run the control plane. Safe to repeat; flags that are given change what was installed before. */
export async function installServer(command: Command, flags: InstallFlags, progress: ProgressListener): Promise<void> {
  await takeInstalled(command, controlPlaneConfigFile);
  const resolution = await readControlPlaneConfiguration(command);
  if (printedConfiguration(command, controlPlaneKind, resolution.resolved)) return;
  const facts = await readUnitFacts();
  const plan = computeServerPlan(facts, controlPlaneKind, resolution);
  if (flags.dryRun) {
    console.log(renderPlan(plan));
    return;
  }
  requireRoot();
  await examine(serverDoctorContext(resolution.config), flags);
  if (!(await apply(plan, progress, async () => requireRunnableBy(controlPlaneUser, facts)))) return;
  const { dataDir, healthPort } = resolution.config;
  await waitUntilReady([{ unit: controlPlaneUnitName, healthPort }], flags.timeout * 1000, progress);
  progress.done('the control plane is ready');
  console.log(
    [
      `kubeconfig   ${join(dataDir, 'admin.kubeconfig')}`,
      'add a node   longshore token create, on this machine, prints the command',
      `log          journalctl -u ${controlPlaneUnitName}`,
    ].join('\n'),
  );
}

/** Makes this machine a node. Safe to repeat; a token is needed until it has joined, and does not stay on disk. */
export async function installAgent(command: Command, flags: InstallFlags, progress: ProgressListener): Promise<void> {
  await takeInstalled(command, agentConfigFile);
  const resolution = await readAgentConfiguration(command);
  if (printedConfiguration(command, agentKind, resolution.resolved)) return;
  const { config } = resolution;
  const { stateDir, token, nodeName } = config;
  const plan = computeAgentPlan(await readUnitFacts(), agentKind, resolution);
  if (flags.dryRun) {
    console.log(renderPlan(plan));
    return;
  }
  requireRoot();
  if (token === undefined && !(await hasJoined(stateDir)) && !(await hasTokenFile(config)))
    throw new LongshoreError(
      'InvalidArgument',
      '--token is required to join: "longshore token create" prints one on the control plane',
    );
  await examine(agentDoctorContext(config), flags);
  if (!(await apply(plan, progress))) return;
  await waitUntilReady(
    [
      { unit: kubeletAgentUnitName, healthPort: config.kubeletHealthPort },
      { unit: kubeProxyUnitName, healthPort: config.kubeProxyHealthPort },
    ],
    flags.timeout * 1000,
    progress,
  );
  await rm(joinTokenFile, { force: true });
  progress.done(`node ${nodeName} has joined and is ready`);
  console.log(
    [
      `restart      systemctl restart ${agentTargetName}, or one of its two services alone; containers stay`,
      `log          journalctl -u ${kubeletAgentUnitName} -u ${kubeProxyUnitName}`,
    ].join('\n'),
  );
}

/** What was installed before counts as the configuration file, unless another one is given. */
async function takeInstalled(command: Command, file: string): Promise<void> {
  if (command.getOptionValue('config') !== undefined) return;
  if (await exists(file)) command.setOptionValue('config', file);
}

function requireRoot(): void {
  if (process.geteuid?.() !== 0) throw new LongshoreError('PermissionDenied', 'installing needs root: run the command with sudo');
}

async function examine(context: DoctorContext, { ignoreDoctor }: InstallFlags): Promise<void> {
  const findings = await runChecks(allChecks, context);
  const notable = findings.filter(({ status }) => status === 'warning' || status === 'failure');
  if (notable.length > 0) console.error(renderFindings(notable, colorsFor(process.stderr)));
  if (!isWell(findings) && !ignoreDoctor)
    throw new LongshoreError('FailedPrecondition', 'this machine is not ready: mend what failed above, or give --ignore-doctor');
}

/** @param check runs once files are there, before anything is started. @returns whether services run now */
async function apply(plan: Plan, progress: ProgressListener, check?: () => Promise<void>): Promise<boolean> {
  const services = await hasSystemd();
  await applyPlan(plan, { services: false });
  await check?.();
  if (services) {
    await applyPlan(plan, { services });
    return true;
  }
  progress.done('files written');
  console.log(
    `There is no systemd here. Run by hand, or by the init that there is:\n${plan.byHand.map((line) => `  ${line}`).join('\n')}`,
  );
  return false;
}

async function hasJoined(stateDir: string): Promise<boolean> {
  const file = new IdentityFile({ dir: identityDirectory(join(stateDir, 'kubelet')), role: 'kubelet' });
  return (await file.load()) !== undefined;
}

/** The file that an earlier installation left for a node that has not joined yet, or one of the administrator. */
async function hasTokenFile({ tokenFile }: AgentConfig): Promise<boolean> {
  return tokenFile !== undefined || (await exists(joinTokenFile));
}
