import { Notification } from '../../lib/async/notification.js';
import { type Clock } from '../../lib/clock/clock.js';
import { type Logger } from '../../lib/log/logger.js';
import { type RoutingTable } from '../routes/routing-table.js';
import { compareRoutes, computePodRoutes, type NodePodRoute } from './compute-routes.js';
import { type PodRoutes } from './ip-route-runner.js';

/** The kernel drops routes with the interface that they go through. */
const ensurePeriodMs = 10_000;

/** Keeps plain routes to the pods of the other nodes, through those nodes' InternalIPs. */
export class NodeRoutes {
  readonly #routes: PodRoutes;
  readonly #nodeName: string;
  readonly #changed = new Notification();
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #onUnreachable: (nodes: readonly string[]) => void;
  /** Why the kernel takes no route to a node. */
  readonly #refused = new Map<string, string>();
  #wanted: NodePodRoute[] | undefined;

  /** @param options.onUnreachable told the nodes without a route, in order of their names, after each look at the routes */
  constructor(options: {
    routes: PodRoutes;
    nodeName: string;
    onUnreachable?: (nodes: readonly string[]) => void;
    clock: Clock;
    log: Logger;
  }) {
    this.#onUnreachable = options.onUnreachable ?? (() => undefined);
    this.#routes = options.routes;
    this.#nodeName = options.nodeName;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** Takes the nodes of `table` from now on. */
  setTable(table: RoutingTable): void {
    this.#wanted = computePodRoutes(table, this.#nodeName);
    this.#changed.notify();
  }

  /** Makes the kernel's routes of ours those that are wanted; one that is refused hinders no other. Idempotent. */
  async ensure(wanted: readonly NodePodRoute[]): Promise<void> {
    const { add, remove } = compareRoutes(await this.#routes.list(), wanted);
    for (const route of remove) await this.#routes.remove(route);
    for (const route of add) await this.#add(route);
    for (const node of this.#refused.keys()) {
      if (!add.some((route) => route.node === node)) this.#refused.delete(node);
    }
  }

  /** Ensures the routes at every change and periodically until `signal` aborts. They stay then. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#wanted) {
        await this.ensure(this.#wanted).catch((error: unknown) => {
          this.#log.warn('routes to other nodes were not set', { error });
        });
        this.#onUnreachable([...this.#refused.keys()].sort());
      }
      await this.#changed.waitAtMost(ensurePeriodMs, this.#clock, signal);
    }
  }

  async #add(route: NodePodRoute): Promise<void> {
    try {
      await this.#routes.add(route);
      this.#refused.delete(route.node);
      this.#log.info('route to the pods of another node set', { ...route });
    } catch (thrown) {
      const problem = thrown instanceof Error ? thrown.message : String(thrown);
      if (this.#refused.get(route.node) === problem) return;
      this.#refused.set(route.node, problem);
      this.#log.warn('no route to the pods of another node: its InternalIP must be on a segment of this node', {
        ...route,
        problem,
      });
    }
  }
}
