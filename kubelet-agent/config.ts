import { Command } from 'commander';

import { parsePort } from '../lib/command-line/options.js';
import { dockerHostSetting, joinTokenSettings, nodeNameSetting, nodeSettings } from '../lib/configuration/agent-settings.js';
import { logLevelSetting } from '../lib/configuration/log-level-setting.js';
import { Setting } from '../lib/configuration/setting.js';
import type { LogLevel } from '../lib/log/logger.js';
import type { ResourceAmounts, Taint } from '../proto/gen/longshore/node/v1/node.js';

/** What a kubelet agent is started with. */
export interface KubeletAgentConfig {
  nodeName: string;
  /** The node plane, host:port. */
  server: string;
  /** Join token; needed only while there is no certificate in `stateDir`. */
  token: string | undefined;
  tokenFile: string | undefined;
  /** Certificate, assignments, records and the pods' files. */
  stateDir: string;
  /** Undefined: found out, see {@link sharedHost}. */
  nodeIp: string | undefined;
  /** Other nodes are on this machine too: the node's address is the gateway of its pod network. */
  sharedHost: boolean;
  /** Parts of the capacity that are not read off the machine. */
  capacity: Partial<ResourceAmounts>;
  nodeLabels: Record<string, string>;
  registerWithTaints: Taint[];
  /** Undefined: DOCKER_HOST, then the usual socket. */
  dockerHost: string | undefined;
  /** For /healthz, /readyz and /metrics on the loopback address. 0 picks a free port. */
  healthPort: number;
  logLevel: LogLevel;
}

export type CleanupConfig = Pick<KubeletAgentConfig, 'nodeName' | 'stateDir' | 'dockerHost' | 'logLevel'> & {
  /** Undefined: the cluster that the state directory knows. */
  clusterId: string | undefined;
  /** Leave the key and the certificate: the node can come back without a token. */
  keepIdentity: boolean;
};

export interface Commands {
  run(config: KubeletAgentConfig): Promise<void>;
  cleanup(config: CleanupConfig): Promise<void>;
}

/** The command line. Every option can be given as LONGSHORE_<OPTION> in the environment too. */
export function createCommand(commands: Commands): Command {
  const program = new Command('kubelet-agent').description('Runs the pods of one node on its Docker Engine');
  const run = program
    .command('run', { isDefault: true })
    .description('Serves until it is told to stop; containers go on')
    .addOption(new Setting('--server <host:port>', 'node plane of the control plane').makeOptionMandatory())
    .addOption(new Setting('--shared-host', 'other nodes are on this machine too').default(false))
    .addOption(
      new Setting('--health-port <port>', 'port for /healthz, /readyz and /metrics').default(10_248).argParser(parsePort),
    )
    .action((_options, invoked: Command) => commands.run(invoked.opts<KubeletAgentConfig>()));
  for (const setting of [...joinTokenSettings(), ...nodeSettings()]) run.addOption(setting);
  addCommonOptions(run);
  const cleanup = program
    .command('cleanup')
    .description('Removes every container, network and file of an agent that no longer runs')
    .addOption(new Setting('--cluster-id <id>', 'by default the cluster that the state directory knows'))
    .addOption(new Setting('--keep-identity', "leave the node's key and certificate").default(false))
    .action((_options, invoked: Command) => commands.cleanup(invoked.opts<CleanupConfig>()));
  addCommonOptions(cleanup);
  return program;
}

function addCommonOptions(command: Command): void {
  command
    .addOption(nodeNameSetting())
    .addOption(
      new Setting('--state-dir <dir>', 'where to keep certificate, pods and their files').default('/var/lib/longshore/kubelet'),
    )
    .addOption(dockerHostSetting())
    .addOption(logLevelSetting());
}
