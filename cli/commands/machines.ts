import type { Command } from 'commander';

import { agentSettings } from '../../lib/configuration/agent-configuration.js';
import { settingNamed } from '../../lib/configuration/setting.js';
import { requestRestart } from '../agent/control-socket.js';
import { addAgentSettings, runAgent } from '../machine/run-agent.js';
import { addControlPlaneSettings, runControlPlane } from '../machine/run-control-plane.js';

/** control-plane, agent: the programs of machines, in the foreground. */
export function addMachineCommands(program: Command): void {
  const controlPlane = program
    .command('control-plane')
    .description('run the control plane of a cluster of machines, in the foreground')
    .action((_flags, invoked: Command) => runControlPlane(invoked));
  addControlPlaneSettings(controlPlane);

  const agent = program
    .command('agent')
    .enablePositionalOptions()
    .description('join this machine to a cluster and run its pods: kubelet-agent and kube-proxy, supervised, in the foreground')
    .option('--only <agent>', 'run one of the two alone, unsupervised: kubelet-agent or kube-proxy')
    .action(({ only }: { only?: string }, invoked: Command) => runAgent(invoked, only));
  addAgentSettings(agent);
  agent
    .command('restart <agent>')
    .description('restart kubelet-agent or kube-proxy alone; containers and connections stay')
    .addOption(settingNamed(agentSettings(), 'stateDir'))
    .action(async (name: string, { stateDir }: { stateDir: string }) => {
      console.log(await requestRestart(stateDir, name));
    });
}
