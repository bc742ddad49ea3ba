import { hostname } from 'node:os';

import { Command, InvalidArgumentError } from 'commander';
import { environmentOption as option, parsePort } from '../lib/command-line/options.js';

import { LongshoreError } from '../lib/errors/errors.js';
import { bytes, cpuMillis } from '../lib/kubernetes/quantity.js';
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
    .addOption(option('--server <host:port>', 'node plane of the control plane').makeOptionMandatory())
    .addOption(option('--token <token>', 'join token, for the first start'))
    .addOption(option('--token-file <path>', 'file with the join token'))
    .addOption(option('--node-ip <address>', 'InternalIP of the node'))
    .addOption(option('--shared-host', 'other nodes are on this machine too').default(false))
    .addOption(option('--capacity <amounts>', 'for example cpu=2,memory=4Gi,pods=110').default({}).argParser(parseCapacity))
    .addOption(option('--node-labels <labels>', 'for example zone=a,disk=ssd').default({}).argParser(parseLabels))
    .addOption(option('--register-with-taints <taints>', 'for example key=value:NoSchedule').default([]).argParser(parseTaints))
    .addOption(option('--health-port <port>', 'port for /healthz, /readyz and /metrics').default(10_248).argParser(parsePort))
    .action((_options, invoked: Command) => commands.run(invoked.opts<KubeletAgentConfig>()));
  addCommonOptions(run);
  const cleanup = program
    .command('cleanup')
    .description('Removes every container, network and file of an agent that no longer runs')
    .addOption(option('--cluster-id <id>', 'by default the cluster that the state directory knows'))
    .addOption(option('--keep-identity', "leave the node's key and certificate").default(false))
    .action((_options, invoked: Command) => commands.cleanup(invoked.opts<CleanupConfig>()));
  addCommonOptions(cleanup);
  return program;
}

function addCommonOptions(command: Command): void {
  command
    .addOption(option('--node-name <name>', 'name of this node').default(hostname().toLowerCase()))
    .addOption(
      option('--state-dir <dir>', 'where to keep certificate, pods and their files').default('/var/lib/longshore/kubelet'),
    )
    .addOption(option('--docker-host <url>', 'unix:///path or tcp://host:port'))
    .addOption(
      option('--log-level <level>', 'least severe line to log').choices(['debug', 'info', 'warn', 'error']).default('info'),
    );
}

function parseCapacity(value: string): Partial<ResourceAmounts> {
  const amounts: Partial<ResourceAmounts> = {};
  for (const [name, amount] of pairs(value)) {
    try {
      if (name === 'cpu') amounts.cpuMillis = cpuMillis(amount);
      else if (name === 'memory') amounts.memoryBytes = bytes(amount);
      else if (name === 'ephemeral-storage') amounts.ephemeralStorageBytes = bytes(amount);
      else if (name === 'pods') amounts.pods = bytes(amount);
      else throw new InvalidArgumentError(`There is no resource ${name}; cpu, memory, ephemeral-storage and pods there are.`);
    } catch (thrown) {
      if (thrown instanceof InvalidArgumentError) throw thrown;
      throw new InvalidArgumentError(LongshoreError.from(thrown).message);
    }
  }
  return amounts;
}

function parseLabels(value: string): Record<string, string> {
  return Object.fromEntries(pairs(value));
}

function parseTaints(value: string): Taint[] {
  return value
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const match = /^([^=:]+)(?:=([^:]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/.exec(part);
      if (!match) throw new InvalidArgumentError(`A taint is key=value:effect, not ${part}.`);
      return { key: match[1] ?? '', value: match[2] ?? '', effect: match[3] ?? '' };
    });
}

function pairs(value: string): [string, string][] {
  return value
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const separator = part.indexOf('=');
      if (separator <= 0) throw new InvalidArgumentError(`Expected name=value, not ${part}.`);
      return [part.slice(0, separator), part.slice(separator + 1)];
    });
}
