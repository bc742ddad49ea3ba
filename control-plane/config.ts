import { Command, Option } from 'commander';

import {
  collectValues,
  environmentOption as option,
  parseDuration,
  parsePort,
  parseWholeNumber,
} from '../lib/command-line/options.js';
import type { LogLevel } from '../lib/log/logger.js';
import { checkConfig } from './check-config.js';
import type { StoreDriver } from './store/open-store.js';

/** What a control plane is started with. */
export interface ControlPlaneConfig {
  /** Holds store/, pki/ and admin.kubeconfig. */
  dataDir: string;
  /** Addresses of the API and the node plane; at least one. */
  bindAddress: string[];
  /** Port of the Kubernetes API; 0 picks a free one. */
  port: number;
  /** Port of the node plane; 0 picks a free one. */
  nodePlanePort: number;
  /** Where pods and nodes reach the API. Default: the first bind address. */
  advertiseAddress?: string;
  clusterCidr: string;
  serviceCidr: string;
  /** Prefix length of a node's pod CIDR. */
  nodeCidrMaskSize: number;
  /** Address of the cluster DNS service, within serviceCidr. */
  clusterDns: string;
  clusterDomain: string;
  store: StoreDriver;
  /** For /healthz, /readyz and /metrics on the loopback address. 0 picks a free port. */
  healthPort: number;
  heartbeatPeriodMs: number;
  /** Silence after which a node is lost. Default: four heartbeats. */
  nodeMonitorGracePeriodMs?: number;
  /** tolerationSeconds given to pods for nodes that are not ready or unreachable. */
  defaultTolerationSeconds: number;
  logLevel: LogLevel;
}

export interface TokenCreateConfig {
  dataDir: string;
  ttlMs: number;
  uses?: number;
}

export interface Commands {
  run(config: ControlPlaneConfig): Promise<void>;
  createToken(config: TokenCreateConfig): Promise<void>;
  listTokens(config: { dataDir: string }): Promise<void>;
  revokeToken(id: string, config: { dataDir: string }): Promise<void>;
  backup(file: string, config: { dataDir: string }): Promise<void>;
  restore(file: string, config: { dataDir: string; force: boolean }): Promise<void>;
}

/** The command line. Every option can be given as LONGSHORE_<OPTION> in the environment too. */
export function createCommand(commands: Commands): Command {
  const program = new Command('control-plane').description(
    'Kubernetes API, controllers, scheduler and node plane in one process',
  );
  program
    .command('run', { isDefault: true })
    .description('Serves until it is told to stop')
    .addOption(dataDir())
    .addOption(
      option('--bind-address <address>', 'address to listen on; repeatable').default(['127.0.0.1']).argParser(collectValues()),
    )
    .addOption(option('--port <port>', 'port of the Kubernetes API').default(6443).argParser(parsePort))
    .addOption(option('--node-plane-port <port>', 'port that agents connect to').default(6444).argParser(parsePort))
    .addOption(option('--advertise-address <address>', 'where pods and nodes reach the API'))
    .addOption(option('--cluster-cidr <cidr>', 'addresses of pods').default('10.244.0.0/16'))
    .addOption(option('--service-cidr <cidr>', 'addresses of services').default('10.96.0.0/16'))
    .addOption(
      option('--node-cidr-mask-size <bits>', "prefix length of a node's pod addresses").default(24).argParser(parseWholeNumber),
    )
    .addOption(option('--cluster-dns <address>', 'address of the cluster DNS service').default('10.96.0.10'))
    .addOption(option('--cluster-domain <domain>', 'DNS domain of the cluster').default('cluster.local'))
    .addOption(option('--store <driver>', 'where objects are kept').choices(['lmdb', 'memory']).default('lmdb'))
    .addOption(option('--health-port <port>', 'port for /healthz, /readyz and /metrics').default(10_257).argParser(parsePort))
    .addOption(option('--heartbeat-period-ms <ms>', 'how often nodes report').default(2_000).argParser(parseWholeNumber))
    .addOption(
      option('--node-monitor-grace-period-ms <ms>', 'silence after which a node is lost; default: four heartbeats').argParser(
        parseWholeNumber,
      ),
    )
    .addOption(
      option('--default-toleration-seconds <seconds>', 'how long pods stay on a lost node unless they say themselves')
        .default(2)
        .argParser(parseSeconds),
    )
    .addOption(
      option('--log-level <level>', 'least severe line to log').choices(['debug', 'info', 'warn', 'error']).default('info'),
    )
    .action((options: ControlPlaneConfig) => commands.run(checkConfig(options)));
  const token = program.command('token').description('Join tokens for agents; needs a running control plane');
  token
    .command('create')
    .description('Prints a new join token, once')
    .addOption(dataDir())
    .addOption(new Option('--ttl <duration>', 'life, for example 30m or 24h').default(3_600_000, '1h').argParser(parseDuration))
    .addOption(
      new Option('--uses <count>', 'how many certificates it may issue; default: any number').argParser(parseWholeNumber),
    )
    .action(({ ttl, ...rest }: { dataDir: string; ttl: number; uses?: number }) => commands.createToken({ ...rest, ttlMs: ttl }));
  token
    .command('list')
    .description('Lists the join tokens, without their secrets')
    .addOption(dataDir())
    .action((options: { dataDir: string }) => commands.listTokens(options));
  token
    .command('revoke <id>')
    .description('Makes a join token useless; certificates that it issued stay')
    .addOption(dataDir())
    .action((id: string, options: { dataDir: string }) => commands.revokeToken(id, options));
  program
    .command('backup <file>')
    .description('Writes store, keys and admin.kubeconfig into one file; the control plane may run')
    .addOption(dataDir())
    .action((file: string, options: { dataDir: string }) => commands.backup(file, options));
  program
    .command('restore <file>')
    .description('Puts a backup into the data directory of a control plane that does not run')
    .addOption(dataDir())
    .addOption(new Option('--force', 'move what is there aside').default(false))
    .action((file: string, options: { dataDir: string; force: boolean }) => commands.restore(file, options));
  return program;
}

function dataDir(): Option {
  return option('--data-dir <dir>', 'where store, keys and admin.kubeconfig are').default('/var/lib/longshore/control-plane');
}

function parseSeconds(value: string): number {
  return value === '0' ? 0 : parseWholeNumber(value);
}
