import { parsePort, parseWholeNumber } from '../command-line/options.js';
import type { LogLevel } from '../log/logger.js';
import { logLevelSetting } from './log-level-setting.js';
import { Setting } from './setting.js';

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
  /** Further names and addresses by which clients reach the API; its certificate bears them. */
  tlsSan: string[];
  clusterCidr: string;
  serviceCidr: string;
  /** Prefix length of a node's pod CIDR. */
  nodeCidrMaskSize: number;
  /** Address of the cluster DNS service, within serviceCidr. */
  clusterDns: string;
  clusterDomain: string;
  store: 'lmdb' | 'memory';
  /** For /healthz, /readyz and /metrics on the loopback address. 0 picks a free port. */
  healthPort: number;
  heartbeatPeriodMs: number;
  /** Silence after which a node is lost. Default: four heartbeats. */
  nodeMonitorGracePeriodMs?: number;
  /** tolerationSeconds given to pods for nodes that are not ready or unreachable. */
  defaultTolerationSeconds: number;
  logLevel: LogLevel;
}

/** Where a control plane keeps its data; the commands on join tokens and kubeconfigs look there too. */
export function dataDirSetting(): Setting {
  return new Setting('--data-dir <dir>', 'where store, keys and admin.kubeconfig are').default(
    '/var/lib/longshore/control-plane',
  );
}

/** Everything that a control plane can be told, keyed as {@link ControlPlaneConfig}. */
export function controlPlaneSettings(): Setting[] {
  return [
    dataDirSetting(),
    new Setting('--bind-address <address>', 'address to listen on; repeatable').list().default(['127.0.0.1']),
    new Setting('--port <port>', 'port of the Kubernetes API').default(6443).argParser(parsePort),
    new Setting('--node-plane-port <port>', 'port that agents connect to').default(6444).argParser(parsePort),
    new Setting('--advertise-address <address>', 'where pods and nodes reach the API'),
    new Setting('--tls-san <name>', 'further name or address for the certificate of the API; repeatable').list().default([]),
    new Setting('--cluster-cidr <cidr>', 'addresses of pods').default('10.244.0.0/16'),
    new Setting('--service-cidr <cidr>', 'addresses of services').default('10.96.0.0/16'),
    new Setting('--node-cidr-mask-size <bits>', "prefix length of a node's pod addresses")
      .default(24)
      .argParser(parseWholeNumber),
    new Setting('--cluster-dns <address>', 'address of the cluster DNS service').default('10.96.0.10'),
    new Setting('--cluster-domain <domain>', 'DNS domain of the cluster').default('cluster.local'),
    new Setting('--store <driver>', 'where objects are kept').choices(['lmdb', 'memory']).default('lmdb'),
    new Setting('--health-port <port>', 'port for /healthz, /readyz and /metrics').default(10_257).argParser(parsePort),
    new Setting('--heartbeat-period-ms <ms>', 'how often nodes report').default(2_000).argParser(parseWholeNumber),
    new Setting('--node-monitor-grace-period-ms <ms>', 'silence after which a node is lost; default: four heartbeats').argParser(
      parseWholeNumber,
    ),
    new Setting('--default-toleration-seconds <seconds>', 'how long pods stay on a lost node unless they say themselves')
      .default(2)
      .argParser(parseSeconds),
    logLevelSetting(),
  ];
}

function parseSeconds(value: string): number {
  return value === '0' ? 0 : parseWholeNumber(value);
}
