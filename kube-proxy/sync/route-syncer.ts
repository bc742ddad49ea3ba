import { Notification } from '../../lib/async/notification.js';
import { type Clock } from '../../lib/clock/clock.js';
import { type Logger } from '../../lib/log/logger.js';
import { type KernelSettings } from '../bridge-rules/kernel-settings.js';
import { type Conntrack } from '../conntrack/conntrack-runner.js';
import { computeStaleFlows } from '../conntrack/stale-flows.js';
import { type ApplyKind, type NftablesProxier } from '../nftables/nftables-proxier.js';
import { renderContext, type RenderContext } from '../nftables/render-context.js';
import { type RulesetRenderer } from '../nftables/ruleset-renderer.js';
import { type Ruleset } from '../nftables/ruleset.js';
import { withClusterDnsRoute } from '../routes/cluster-dns-route.js';
import { type RoutingTable } from '../routes/routing-table.js';

/** How often the kernel's table is compared with what it should be. */
const verifyPeriodMs = 60_000;
/** After the kernel refused a table. */
const retryPeriodMs = 2_000;

/** One attempt to bring a table into the kernel. */
export interface SyncResult {
  revision: string;
  /** Undefined when the kernel refused it; the former rules stand then. */
  kind: ApplyKind | undefined;
  error: Error | undefined;
  durationMs: number;
  ruleset: Ruleset;
  context: RenderContext;
}

/**
 * Brings the newest table into the kernel, one transaction after the other: tables that come
 * while one is being applied are skipped but for the last. Compares periodically.
 */
export class RouteSyncer {
  readonly #nodeName: string;
  readonly #sharedHost: boolean;
  readonly #proxier: NftablesProxier;
  readonly #renderer: RulesetRenderer;
  readonly #conntrack: Conntrack;
  readonly #kernelSettings: () => Promise<KernelSettings>;
  readonly #onSync: (result: SyncResult) => void;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #changed = new Notification();
  #offered: RoutingTable | undefined;
  /** The last table that the kernel took, with the cluster DNS route. */
  #applied: RoutingTable | undefined;
  /** The table that the kernel refused last, until one is taken. */
  #refused: RoutingTable | undefined;
  #settings: KernelSettings = { forwards: true, bridgeFiltered: true, findsSockets: true };
  #verifyDueMs = 0;
  #problem: string | undefined = 'no routing table yet';

  constructor(options: {
    nodeName: string;
    sharedHost: boolean;
    proxier: NftablesProxier;
    renderer: RulesetRenderer;
    conntrack: Conntrack;
    kernelSettings: () => Promise<KernelSettings>;
    onSync: (result: SyncResult) => void;
    clock: Clock;
    log: Logger;
  }) {
    this.#nodeName = options.nodeName;
    this.#sharedHost = options.sharedHost;
    this.#proxier = options.proxier;
    this.#renderer = options.renderer;
    this.#conntrack = options.conntrack;
    this.#kernelSettings = options.kernelSettings;
    this.#onSync = options.onSync;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** Why the kernel does not hold the newest table; undefined when it does. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Applies `table` soon, unless a newer one comes before. */
  offer(table: RoutingTable): void {
    this.#offered = table;
    this.#changed.notify();
  }

  /** Compares the kernel's table soon. */
  requestVerify(): void {
    this.#verifyDueMs = 0;
    this.#changed.notify();
  }

  /** Until `signal` aborts. The kernel keeps its rules then. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#clock.monotonic() >= this.#verifyDueMs) await this.#verify();
      const table = this.#offered;
      if (table) {
        this.#offered = undefined;
        await this.#sync(table);
      }
      if (this.#offered) continue;
      await this.#changed.waitAtMost(Math.max(0, this.#verifyDueMs - this.#clock.monotonic()), this.#clock, signal);
    }
  }

  async #sync(table: RoutingTable): Promise<void> {
    const startedMs = this.#clock.monotonic();
    const context = renderContext(table, {
      nodeName: this.#nodeName,
      sharedHost: this.#sharedHost,
      bridgeFiltered: this.#settings.bridgeFiltered,
      findsSockets: this.#settings.findsSockets,
    });
    if (!context) {
      const problem = `node ${this.#nodeName} has no pod CIDR in the routing table`;
      if (this.#problem !== problem) this.#log.info('waiting for the node to have a pod CIDR', { revision: table.revision });
      this.#problem = problem;
      return;
    }
    const ruleset = this.#renderer.render(table, context);
    let kind: ApplyKind | undefined;
    let error: Error | undefined;
    try {
      kind = await this.#proxier.apply(ruleset);
      this.#problem = undefined;
      this.#refused = undefined;
    } catch (thrown) {
      error = thrown instanceof Error ? thrown : new Error(String(thrown));
      this.#problem = `the kernel refused the rules: ${error.message}`;
      this.#log.error('the kernel refused the rules, the former ones stand', { revision: table.revision, error });
      this.#retryLater(table);
    }
    const durationMs = this.#clock.monotonic() - startedMs;
    this.#log.debug('routes synced', { revision: table.revision, kind, durationMs, services: table.services.size });
    this.#onSync({ revision: table.revision, kind, error, durationMs, ruleset, context });
    if (error) return;
    const routed = withClusterDnsRoute(table, this.#nodeName);
    await this.#conntrack.deleteUdpFlows(computeStaleFlows(this.#applied, routed));
    this.#applied = routed;
  }

  /** Unless a newer table comes first. */
  #retryLater(table: RoutingTable): void {
    this.#refused = table;
    this.#clock.after(retryPeriodMs, () => {
      if (this.#refused === table) this.offer(this.#offered ?? table);
    });
  }

  async #verify(): Promise<void> {
    this.#verifyDueMs = this.#clock.monotonic() + verifyPeriodMs;
    this.#settings = await this.#kernelSettings();
    if (!this.#settings.forwards) this.#log.error('the kernel does not forward packets: net.ipv4.ip_forward must be 1');
    await this.#proxier.verify().catch((error: unknown) => {
      this.#log.warn('the kernel table was not compared', { table: this.#proxier.table, error });
    });
  }
}
