import { Notification } from '../../../lib/async/notification.js';
import type { Clock } from '../../../lib/clock/clock.js';
import type { Node } from '../../../lib/kubernetes/types/core-v1.js';
import type { Logger } from '../../../lib/log/logger.js';
import type { Informer, ResourceClient } from '../../resources/client.js';
import { timestamp } from '../../resources/registry/timestamp.js';
import { internalIpOf, isReady } from '../routing/node-route.js';
import type { ProxyReport } from '../routing/proxy-streams.js';
import { computeFaults } from './compute-faults.js';
import { isNetworkUnavailable, nextNetworkCondition } from './network-condition.js';

/** One change of the network is reported by every node: they are looked at together. */
const settleMs = 500;

/**
 * Marks the nodes that are not on the network of the others (condition NetworkUnavailable,
 * reason NoRoute; the node-lifecycle controller taints them), from what the kube-proxies
 * report of their routes. A mark is taken off only while the proxy of every Ready node has
 * reported: after a start of the control plane the silence of some proves nothing.
 */
export class NetworkFaults {
  readonly #options: NetworkFaultsOptions;
  readonly #changed = new Notification();

  constructor(options: NetworkFaultsOptions) {
    this.#options = options;
    options.informer.onChange((current, previous) => {
      if (current && previous && !isOtherwise(current, previous)) return;
      this.#changed.notify();
    });
  }

  /** Something was reported, or a proxy has gone. */
  notify(): void {
    this.#changed.notify();
  }

  /** Looks at the network after each change until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    while (!signal.aborted) {
      await this.#changed.wait(signal);
      await clock.sleep(settleMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      await this.reconcile().catch((error: unknown) => {
        log.warn('the nodes were not marked by their network, trying again', { error });
        this.#changed.notify();
      });
    }
  }

  /** One round. On unchanged reports a second one writes nothing. */
  async reconcile(): Promise<void> {
    const { informer, reports, clock } = this.#options;
    const nodes = informer.list();
    const said = reports();
    const faults = computeFaults(
      nodes.map((node) => ({
        name: node.metadata.name,
        behindNat: isBehindNat(node, said),
        marked: isNetworkUnavailable(node),
        createdAtMs: Date.parse(node.metadata.creationTimestamp ?? ''),
      })),
      said,
    );
    const heard = new Set(said.map(({ nodeName }) => nodeName));
    const whole = nodes.every((node) => heard.has(node.metadata.name) || !isReady(node));
    for (const node of nodes) {
      const unreachable = faults.get(node.metadata.name);
      if (unreachable || whole) await this.#mark(node, unreachable, timestamp(clock.now()));
    }
  }

  async #mark(node: Node, unreachable: readonly string[] | undefined, now: string): Promise<void> {
    if (!nextNetworkCondition(node, unreachable, now)) return;
    const { name } = node.metadata;
    const options = { subresource: 'status' as const, ...(node.metadata.uid !== undefined && { uid: node.metadata.uid }) };
    await this.#options.nodes.modify(
      '',
      name,
      (draft) => {
        const condition = nextNetworkCondition(draft, unreachable, now);
        if (!condition) return false;
        const others = (draft.status?.conditions ?? []).filter(({ type }) => type !== condition.type);
        draft.status = { ...draft.status, conditions: [...others, condition] };
      },
      options,
    );
    if (unreachable) this.#options.log.warn('node is not on the network of the others', { node: name, unreachable });
    else this.#options.log.info('node is on the network of the others', { node: name });
  }
}

export interface NetworkFaultsOptions {
  nodes: ResourceClient<Node>;
  informer: Informer<Node>;
  /** What the connected kube-proxies have said of their routes. */
  reports: () => readonly ProxyReport[];
  clock: Clock;
  log: Logger;
}

function isBehindNat(node: Node, reports: readonly ProxyReport[]): boolean {
  const peer = reports.find(({ nodeName }) => nodeName === node.metadata.name)?.peerAddress;
  return peer !== undefined && peer !== internalIpOf(node);
}

/** Whether something changed that a mark may depend on; heartbeats do not count. */
function isOtherwise(a: Node, b: Node): boolean {
  return (
    a.metadata.uid !== b.metadata.uid ||
    internalIpOf(a) !== internalIpOf(b) ||
    isReady(a) !== isReady(b) ||
    isNetworkUnavailable(a) !== isNetworkUnavailable(b)
  );
}
