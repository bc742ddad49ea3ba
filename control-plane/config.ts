import { isIPv4 } from 'node:net';

import { Command, InvalidArgumentError, Option } from 'commander';

import { LongshoreError } from '../lib/errors/errors.js';
import type { LogLevel } from '../lib/log/logger.js';
import { addressAt, contains, sizeOf } from '../lib/net/cidr.js';
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
    .addOption(option('--bind-address <address>', 'address to listen on; repeatable').default(['127.0.0.1']).argParser(collect()))
    .addOption(option('--port <port>', 'port of the Kubernetes API').default(6443).argParser(parsePort))
    .addOption(option('--node-plane-port <port>', 'port that agents connect to').default(6444).argParser(parsePort))
    .addOption(option('--advertise-address <address>', 'where pods and nodes reach the API'))
    .addOption(option('--cluster-cidr <cidr>', 'addresses of pods').default('10.244.0.0/16'))
    .addOption(option('--service-cidr <cidr>', 'addresses of services').default('10.96.0.0/16'))
    .addOption(
      option('--node-cidr-mask-size <bits>', "prefix length of a node's pod addresses").default(24).argParser(parseWhole),
    )
    .addOption(option('--cluster-dns <address>', 'address of the cluster DNS service').default('10.96.0.10'))
    .addOption(option('--cluster-domain <domain>', 'DNS domain of the cluster').default('cluster.local'))
    .addOption(option('--store <driver>', 'where objects are kept').choices(['lmdb', 'memory']).default('lmdb'))
    .addOption(option('--health-port <port>', 'port for /healthz, /readyz and /metrics').default(10_257).argParser(parsePort))
    .addOption(option('--heartbeat-period-ms <ms>', 'how often nodes report').default(2_000).argParser(parseWhole))
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
    .addOption(new Option('--uses <count>', 'how many certificates it may issue; default: any number').argParser(parseWhole))
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
  return program;
}

/**
 * The configuration, when it holds together.
 * @throws LongshoreError InvalidArgument that names everything that is wrong
 */
export function checkConfig(config: ControlPlaneConfig): ControlPlaneConfig {
  const problems = problemsOf(config);
  if (problems.length > 0) throw new LongshoreError('InvalidArgument', `the configuration is wrong: ${problems.join('; ')}`);
  return config;
}

function problemsOf(config: ControlPlaneConfig): string[] {
  const problems: string[] = [];
  const check = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(problem);
  };
  for (const address of config.bindAddress) check(isIPv4(address), `--bind-address ${address} is not an IPv4 address`);
  const { advertiseAddress, port, nodePlanePort, healthPort, clusterCidr, serviceCidr } = config;
  if (advertiseAddress !== undefined)
    check(isIPv4(advertiseAddress), `--advertise-address ${advertiseAddress} is not an IPv4 address`);
  const ports = [port, nodePlanePort, healthPort].filter((value) => value !== 0);
  check(new Set(ports).size === ports.length, '--port, --node-plane-port and --health-port must differ');
  check(
    /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(config.clusterDomain),
    `--cluster-domain ${config.clusterDomain} is not a DNS name`,
  );
  check(
    config.heartbeatPeriodMs >= 100 && config.heartbeatPeriodMs <= 60_000,
    `--heartbeat-period-ms must be 100 to 60000, not ${config.heartbeatPeriodMs}`,
  );
  const cidrs = { '--cluster-cidr': clusterCidr, '--service-cidr': serviceCidr };
  const malformed = Object.entries(cidrs).filter(([, cidr]) => !isCidr(cidr));
  for (const [flag, cidr] of malformed) check(false, `${flag} ${cidr} is not an IPv4 prefix such as 10.244.0.0/16`);
  if (malformed.length > 0) return problems;

  check(!overlap(clusterCidr, serviceCidr), `--cluster-cidr ${clusterCidr} and --service-cidr ${serviceCidr} overlap`);
  const mask = config.nodeCidrMaskSize;
  check(
    mask <= 28 && 2 ** (32 - mask) <= sizeOf(clusterCidr),
    `--node-cidr-mask-size ${mask} must lie between the prefix length of --cluster-cidr and 28`,
  );
  check(
    isIPv4(config.clusterDns) && contains(serviceCidr, config.clusterDns) && config.clusterDns !== addressAt(serviceCidr, 1),
    `--cluster-dns ${config.clusterDns} must be an address of --service-cidr ${serviceCidr}, other than ${addressAt(serviceCidr, 1)}`,
  );
  return problems;
}

function isCidr(text: string): boolean {
  const [address = '', bits = ''] = text.split('/');
  if (!isIPv4(address) || !/^\d{1,2}$/.test(bits) || Number(bits) > 30) return false;
  // Its address is the network's own.
  return [addressAt(text, 0)].every((first) => contains(`${first}/${bits}`, first) && networkOf(first, Number(bits)) === first);
}

function networkOf(address: string, bits: number): string {
  const octets = address.split('.').map(Number);
  const value = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  const size = 2 ** (32 - bits);
  return addressAt(`${address}/32`, -(value % size));
}

function overlap(a: string, b: string): boolean {
  return contains(a, addressAt(b, 0)) || contains(b, addressAt(a, 0));
}

function dataDir(): Option {
  return option('--data-dir <dir>', 'where store, keys and admin.kubeconfig are').default('/var/lib/longshore/control-plane');
}

/** `--data-dir` is LONGSHORE_DATA_DIR in the environment. */
function option(flags: string, description: string): Option {
  const name = /--([a-z-]+)/.exec(flags)?.[1] ?? '';
  return new Option(flags, description).env(`LONGSHORE_${name.replaceAll('-', '_').toUpperCase()}`);
}

/** Gathers a repeated option; in one value, commas separate. The first use replaces the default. */
function collect(): (value: string) => string[] {
  const values: string[] = [];
  return (value) => {
    values.push(...value.split(',').map((part) => part.trim()));
    return values;
  };
}

function parsePort(value: string): number {
  const port = Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError('A port is 0 to 65535.');
  return port;
}

function parseWhole(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It must be a whole number above 0.');
  return number;
}

/** "90s", "30m", "24h", "7d" in milliseconds. */
function parseDuration(value: string): number {
  const units: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  const [, amount, unit = ''] = /^(\d+)([smhd])$/.exec(value) ?? [];
  if (amount === undefined || Number(amount) < 1) throw new InvalidArgumentError('A duration reads 90s, 30m, 24h or 7d.');
  return Number(amount) * (units[unit] ?? 0);
}
