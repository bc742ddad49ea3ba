import { type Command, Option } from 'commander';

import { LongshoreError } from '../../lib/errors/errors.js';
import { type InstallFlags, installAgent, installServer } from '../install/install.js';
import { installedAgent, installedControlPlane } from '../install/installed-configuration.js';
import { configFolder } from '../install/machine-files.js';
import { uninstallAgent, uninstallServer } from '../install/uninstall.js';
import { addAgentSettings } from '../machine/run-agent.js';
import { addControlPlaneSettings } from '../machine/run-control-plane.js';
import { Progress } from '../terminal/progress.js';
import { integer } from './options.js';

/** install, uninstall: this machine as part of a cluster, kept running by systemd. */
export function addInstallCommands(program: Command): void {
  const install = program
    .command('install')
    .enablePositionalOptions()
    .description('set this machine up with systemd services, as the control plane or as a node');

  const server = install
    .command('server')
    .description('the control plane: its own user, a folder, a configuration file and a service')
    .addHelpText('after', serverHelp)
    .action((flags: InstallFlags, invoked: Command) => installServer(invoked, flags, new Progress()));
  addControlPlaneSettings(addInstallFlags(server));

  const agent = install
    .command('agent')
    .description('a node: a configuration file and two services, kubelet-agent and kube-proxy')
    .addHelpText('after', agentHelp)
    .action((flags: InstallFlags, invoked: Command) => installAgent(invoked, flags, new Progress()));
  addAgentSettings(addInstallFlags(agent));

  program
    .command('uninstall')
    .description('take Longshore off this machine: services, containers, networks, kernel rules, files')
    .addOption(new Option('--role <role>', 'what to take off').choices(['server', 'agent', 'both']).default('both'))
    .option('--keep-data', "keep the control plane's state, and the node's certificate", false)
    .addHelpText('after', uninstallHelp)
    .action(uninstall);
}

async function uninstall({ role, keepData }: { role: 'server' | 'agent' | 'both'; keepData: boolean }): Promise<void> {
  const agent = role === 'server' ? undefined : await installedAgent();
  const controlPlane = role === 'agent' ? undefined : await installedControlPlane();
  if (!agent && !controlPlane)
    throw new LongshoreError(
      'NotFound',
      `nothing of that is installed on this machine: there is no configuration in ${configFolder}`,
    );
  const progress = new Progress();
  if (agent) await uninstallAgent(agent, keepData, progress);
  if (controlPlane) await uninstallServer(controlPlane, keepData, progress);
}

function addInstallFlags(command: Command): Command {
  return command
    .option('--dry-run', 'print every file and command, and do nothing', false)
    .option('--ignore-doctor', 'install although longshore doctor found a failure', false)
    .option('--timeout <seconds>', 'how long to wait until it is ready', integer(1, 3_600), 60);
}

const serverHelp = `
Flags that are given change what was installed before; the rest stays. What longshore doctor
finds is told first.

  longshore install server
  longshore install server --dry-run --cluster-cidr 10.100.0.0/16`;

const agentHelp = `
The token stays in a file that only root can read until the node has joined, and is removed then.

  longshore install agent --join https://10.0.0.1:6444 --token TOKEN
  longshore install agent --join https://10.0.0.1:6444 --token TOKEN --node-labels zone=a`;

const uninstallHelp = `
Without --keep-data the control plane's objects and keys are gone: "longshore backup FILE" keeps them.`;
