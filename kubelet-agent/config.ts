import { Command } from 'commander';

import { parsePort, parseWholeNumber } from '../lib/command-line/options.js';
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

/** Nodes of the fake kind, all in one process: real agents, containers in memory. For tests. */
export type FakeNodesConfig = Pick<KubeletAgentConfig, 'server' | 'tokenFile' | 'stateDir' | 'healthPort' | 'logLevel'> & {
  /** They are named node-1, node-2 ... */
  nodes: number;
  /** Unix socket for failures of single nodes; see fake-nodes/control-server.ts. */
  controlSocket: string | undefined;
};

export interface Commands {
  run(config: KubeletAgentConfig): Promise<void>;
  runFake(config: FakeNodesConfig): Promise<void>;
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
  program
    .command('run-fake')
    .description('Serves several nodes whose containers are in memory, for tests: no root, no engine')
    .addOption(new Setting('--nodes <count>', 'how many').default(1).argParser(parseWholeNumber))
    .addOption(new Setting('--server <host:port>', 'node plane of the control plane').makeOptionMandatory())
    .addOption(new Setting('--token-file <path>', 'file with the join token'))
    .addOption(new Setting('--state-dir <dir>', 'where to keep certificates and files').makeOptionMandatory())
    .addOption(new Setting('--control-socket <path>', 'Unix socket for failures of single nodes'))
    .addOption(
      new Setting('--health-port <port>', 'port for /healthz, /readyz and /metrics').default(10_248).argParser(parsePort),
    )
    .addOption(logLevelSetting())
    .action((options: FakeNodesConfig) => commands.runFake(options));
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
