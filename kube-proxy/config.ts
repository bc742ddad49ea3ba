import { Command } from 'commander';

import { parsePort } from '../lib/command-line/options.js';
import { joinTokenSettings, nodeNameSetting } from '../lib/configuration/agent-settings.js';
import { logLevelSetting } from '../lib/configuration/log-level-setting.js';
import { Setting } from '../lib/configuration/setting.js';
import { type LogLevel } from '../lib/log/logger.js';

/** What a kube-proxy is started with. */
export interface KubeProxyConfig {
  nodeName: string;
  /** The node plane, host:port. */
  server: string;
  /** Join token; needed only while there is no certificate in `stateDir`. */
  token: string | undefined;
  tokenFile: string | undefined;
  /** Certificate and last routing table. */
  stateDir: string;
  /** Other nodes are on this kernel too. */
  sharedHost: boolean;
  /** For /healthz, /readyz and /metrics on the loopback address. 0 picks a free port. */
  healthPort: number;
  logLevel: LogLevel;
}

export type CleanupConfig = Pick<KubeProxyConfig, 'nodeName' | 'stateDir' | 'sharedHost' | 'logLevel'>;

export interface Commands {
  run(config: KubeProxyConfig): Promise<void>;
  cleanup(config: CleanupConfig): Promise<void>;
}

/** The command line. Every option can be given as LONGSHORE_<OPTION> in the environment too. */
export function createCommand(commands: Commands): Command {
  const program = new Command('kube-proxy').description(
    'Routes services to pods with nftables and answers cluster DNS, on one node',
  );
  const run = program
    .command('run', { isDefault: true })
    .description('Serves until it is told to stop')
    .addOption(new Setting('--server <host:port>', 'node plane of the control plane').makeOptionMandatory())
    .addOption(
      new Setting('--health-port <port>', 'port for /healthz, /readyz and /metrics').default(10_256).argParser(parsePort),
    )
    .action((_options, invoked: Command) => commands.run(invoked.opts<KubeProxyConfig>()));
  for (const setting of joinTokenSettings()) run.addOption(setting);
  addCommonOptions(run);
  const cleanup = program
    .command('cleanup')
    .description('Removes every rule, route and file of a proxy that no longer runs')
    .action((_options, invoked: Command) => commands.cleanup(invoked.opts<CleanupConfig>()));
  addCommonOptions(cleanup);
  return program;
}

function addCommonOptions(command: Command): void {
  command
    .addOption(nodeNameSetting())
    .addOption(new Setting('--state-dir <dir>', 'where to keep certificate and routes').default('/var/lib/longshore/kube-proxy'))
    .addOption(new Setting('--shared-host', 'other nodes run on this kernel too').default(false))
    .addOption(logLevelSetting());
}
