import { join } from 'node:path';

import { type Clock } from '../lib/clock/clock.js';
import { type Task } from '../lib/lifecycle/supervise.js';
import { type HealthCheck } from '../lib/lifecycle/health-server.js';
import { type Logger } from '../lib/log/logger.js';
import { gatewayOf } from '../lib/net/cidr.js';
import { BridgeRules } from './bridge-rules/bridge-rules.js';
import { HairpinMode } from './bridge-rules/hairpin-mode.js';
import { IptablesRunner } from './bridge-rules/iptables-runner.js';
import { ensureKernelSettings } from './bridge-rules/kernel-settings.js';
import { ConntrackRunner } from './conntrack/conntrack-runner.js';
import { DnsResolver } from './dns/dns-resolver.js';
import { DnsServer } from './dns/dns-server.js';
import { Forwarder } from './dns/forwarder.js';
import { HostResolvers } from './dns/host-resolvers.js';
import { type KubeProxyMetrics } from './metrics.js';
import { IpRouteRunner } from './node-routes/ip-route-runner.js';
import { NodeRoutes } from './node-routes/node-routes.js';
import { Lease } from './nftables/lease.js';
import { NftRunner } from './nftables/nft-runner.js';
import { socketProbe } from './nftables/render-base.js';
import { NftablesProxier } from './nftables/nftables-proxier.js';
import { RulesetRenderer } from './nftables/ruleset-renderer.js';
import { type RoutingTable } from './routes/routing-table.js';
import { TableFile } from './routes/table-file.js';
import { RouteSyncer, type SyncResult } from './sync/route-syncer.js';

export interface KubeProxyOptions {
  nodeName: string;
  /** Name of everything that this proxy leaves in the kernel, see tableName. */
  table: string;
  stateDir: string;
  sharedHost: boolean;
  /** Default /etc/resolv.conf. */
  resolvConfPath?: string;
  metrics: KubeProxyMetrics;
  /** Called after each attempt to bring a table into the kernel. */
  onSync: (result: SyncResult) => void;
  /** Told the nodes that there is no route to, in order of their names, whenever the routes were looked at. */
  onUnreachable: (nodes: readonly string[]) => void;
  clock: Clock;
  log: Logger;
}

/** Where the last known routing table is kept. */
export function tableFilePath(stateDir: string): string {
  return join(stateDir, 'routes.bin');
}

/**
 * The node's data plane: rules, routes and DNS, all from one routing table, which somebody
 * else brings (`setTable`). It needs no control plane: at its start it takes the table of its
 * former life.
 */
export class KubeProxy {
  readonly #options: KubeProxyOptions;
  readonly #tableFile: TableFile;
  readonly #syncer: RouteSyncer;
  readonly #lease: Lease;
  readonly #bridgeRules: BridgeRules;
  readonly #hairpinMode: HairpinMode;
  readonly #nodeRoutes: NodeRoutes;
  readonly #resolver: DnsResolver;
  readonly #dns: DnsServer;
  #table: RoutingTable | undefined;

  constructor(options: KubeProxyOptions) {
    const { nodeName, table, sharedHost, clock, log } = options;
    this.#options = options;
    this.#tableFile = new TableFile({ path: tableFilePath(options.stateDir), clock, log });
    const nft = new NftRunner();
    this.#syncer = new RouteSyncer({
      nodeName,
      sharedHost,
      proxier: new NftablesProxier({ table, nft, log }),
      renderer: new RulesetRenderer(),
      conntrack: new ConntrackRunner({ log }),
      kernelSettings: () => ensureKernelSettings({ findsSockets: () => nft.allows(socketProbe), log }),
      onSync: (result) => this.#onSync(result),
      clock,
      log,
    });
    this.#lease = new Lease({ table, nft, onRefused: () => this.#syncer.requestVerify(), clock, log });
    this.#bridgeRules = new BridgeRules({ chain: new IptablesRunner(), owner: table, clock, log });
    this.#hairpinMode = new HairpinMode({ clock, log });
    this.#nodeRoutes = new NodeRoutes({
      routes: new IpRouteRunner({ owner: table }),
      nodeName,
      onUnreachable: options.onUnreachable,
      clock,
      log,
    });
    const hostResolvers = new HostResolvers({
      ...(options.resolvConfPath === undefined ? {} : { path: options.resolvConfPath }),
      clock,
      log,
    });
    const upstreams = async () => (await hostResolvers.list()).filter(({ address }) => !this.#isDnsOfCluster(address));
    const forwarder = new Forwarder({ upstreams, clock });
    this.#resolver = new DnsResolver({ forwarder, log, onAnswer: (source) => options.metrics.dnsAnswered(source) });
    this.#dns = new DnsServer({ answerer: this.#resolver, clock, log });
  }

  /** For /readyz: the kernel holds the newest table, and DNS answers. */
  readonly readiness: readonly HealthCheck[] = [
    { name: 'routing-table', check: () => this.#syncer.problem },
    { name: 'dns', check: () => this.#dns.problem },
  ];

  /** What runs for as long as the process. Kernel rules stay when it ends. */
  tasks(): Task[] {
    return [
      { name: 'route-syncer', run: (signal) => this.#syncer.run(signal) },
      { name: 'dns-server', run: (signal) => this.#dns.run(signal) },
      { name: 'bridge-rules', run: (signal) => this.#bridgeRules.run(signal) },
      { name: 'hairpin-mode', run: (signal) => this.#hairpinMode.run(signal) },
      { name: 'table-file', run: (signal) => this.#tableFile.run(signal) },
      this.#options.sharedHost
        ? { name: 'lease', run: (signal) => this.#lease.run(signal) }
        : { name: 'node-routes', run: (signal) => this.#nodeRoutes.run(signal) },
    ];
  }

  /** Takes the table of the former life, if there is one, so that rules and DNS need no control plane. */
  async restore(): Promise<RoutingTable | undefined> {
    const table = await this.#tableFile.load();
    if (table) {
      this.#options.log.info('starting from the kept routing table', { revision: table.revision });
      this.#use(table);
    }
    return table;
  }

  /** The control plane's newest table, for everything. */
  setTable(table: RoutingTable): void {
    this.#use(table);
    this.#tableFile.keep(table);
  }

  #use(table: RoutingTable): void {
    this.#table = table;
    this.#resolver.setTable(table);
    this.#syncer.offer(table);
    this.#nodeRoutes.setTable(table);
    const podCidr = table.nodes.get(this.#options.nodeName)?.podCidr ?? '';
    if (podCidr === '') return;
    this.#dns.setAddress(gatewayOf(podCidr));
    this.#bridgeRules.setPodCidr(podCidr);
  }

  #onSync(result: SyncResult): void {
    this.#hairpinMode.request(result.context.gateway);
    if (result.kind !== undefined) this.#lease.setNeeded(result.context.leased);
    this.#options.metrics.synced(result);
    this.#options.onSync(result);
  }

  /** Asking these for foreign names would go round in a circle. */
  #isDnsOfCluster(address: string): boolean {
    if (address === this.#table?.network.clusterDns) return true;
    return [...(this.#table?.nodes.values() ?? [])].some((node) => node.podCidr !== '' && gatewayOf(node.podCidr) === address);
  }
}
