import type { Lease } from '../../../lib/kubernetes/types/coordination-v1.js';
import type { Node, Pod } from '../../../lib/kubernetes/types/core-v1.js';
import type { Informer } from '../../resources/client.js';
import { timestamp } from '../../resources/registry/timestamp.js';
import type { ControllerContext } from '../controller-context.js';
import { uidOf } from '../objects/owner-references.js';
import { computeBrake, isUnready, type BrakeState, type NodeHealth } from './brake.js';
import { conditionOf, lostConditions, readinessOf } from './node-conditions.js';
import { NodeSignals } from './node-signals.js';
import { NodePods } from './node-pods.js';
import { computeTaints, type TaintRules } from './taints.js';

export const leaseNamespace = 'kube-node-lease';
const nodeComponent = 'node-controller';
/** This process did nothing for so long: it was paused, and its silence is not the nodes'. */
const pauseMs = 2_000;

/**
 * One round for one node, in the order in which a node is lost or comes back:
 *
 *   silent > grace -> Ready Unknown -> taints -> its pods not ready -> evictions
 *   heartbeat      -> (node plane: Ready True) -> taints off -> marks off its pods
 */
export class NodeReconciler {
  readonly #context: ControllerContext;
  readonly #nodes: Informer<Node>;
  readonly #nodePods: NodePods;
  readonly #graceMs: number;
  readonly #onBrake: () => void;
  readonly #signals = new NodeSignals();
  #aliveAtMs: number;
  #braked = false;

  /** @param options.onBrake called when the brake goes on or off: every node must be looked at again */
  constructor(options: {
    context: ControllerContext;
    nodes: Informer<Node>;
    pods: Informer<Pod>;
    graceMs: number;
    onBrake: () => void;
  }) {
    this.#context = options.context;
    this.#nodes = options.nodes;
    this.#nodePods = new NodePods(options);
    this.#graceMs = options.graceMs;
    this.#onBrake = options.onBrake;
    this.#aliveAtMs = options.context.clock.monotonic();
  }

  /** Takes a sign of life. */
  observe(node: Node | undefined, lease: Lease | undefined): void {
    const name = (node ?? lease)?.metadata.name;
    if (name === undefined) return;
    this.#signals.observe(name, this.#signalOf(node, lease), this.#context.clock.monotonic());
  }

  /** Call at least once a second: a long gap means that this process was paused (or its machine slept). */
  pulse(): void {
    const nowMs = this.#context.clock.monotonic();
    const gapMs = nowMs - this.#aliveAtMs;
    this.#aliveAtMs = nowMs;
    if (gapMs <= pauseMs) return;
    this.#context.log.warn('control plane was paused, every node gets its full grace period again', { gapMs: Math.round(gapMs) });
    this.#signals.restart(nowMs);
  }

  /** @returns when to look at the node again, in ms */
  async reconcile(name: string, lease: Lease | undefined): Promise<number | undefined> {
    this.pulse();
    const cached = this.#nodes.get('', name);
    if (!cached) {
      this.#signals.forget(name);
      return undefined;
    }
    this.observe(cached, lease);
    const { silentMs, heard } = this.#silence(name);
    const silent = silentMs >= this.#graceMs;
    if (silent && (await this.#spokeMeanwhile(cached))) return 0;

    this.#updateBrake();
    const rules: TaintRules = {
      now: timestamp(this.#context.clock.now()),
      eviction: this.#braked ? 'clear' : silent || (heard && readinessOf(cached) !== 'Unknown') ? 'follow' : 'hold',
    };
    let node = silent ? await this.#markLost(cached, rules.now) : cached;
    node = await this.#taint(node, rules);
    const readiness = readinessOf(node);
    if (readiness === 'True') await this.#nodePods.mark(node, 'ready', rules.now);
    else if (readiness === 'Unknown' && silent && !this.#braked) await this.#nodePods.mark(node, 'lost', rules.now);
    const nextEvictionMs = await this.#nodePods.evict(node, {
      byLoss: rules.eviction === 'follow',
      lostForMs: heard ? 0 : silentMs - this.#graceMs,
    });
    return Math.min(nextEvictionMs ?? Infinity, silent ? Infinity : this.#graceMs - silentMs);
  }

  #silence(name: string): { silentMs: number; heard: boolean } {
    return this.#signals.silence(name, this.#context.clock.monotonic());
  }

  /** Before a node is called lost the store is asked, in case the cache is what stands still. */
  async #spokeMeanwhile({ metadata: { name } }: Node): Promise<boolean> {
    const { resources } = this.#context;
    const [node, lease] = await Promise.all([
      resources.client('nodes').get('', name),
      resources.client('leases.coordination.k8s.io').get(leaseNamespace, name),
    ]);
    if (!node) return false;
    const before = this.#signals.value(name);
    this.observe(node, lease);
    return this.#signals.value(name) !== before;
  }

  #signalOf(node: Node | undefined, lease: Lease | undefined): string {
    const heartbeat = node && conditionOf(node, 'Ready')?.lastHeartbeatTime;
    return `${node?.metadata.uid ?? ''} ${lease?.spec.renewTime ?? ''} ${heartbeat ?? ''}`;
  }

  async #markLost(node: Node, now: string): Promise<Node> {
    const { name } = node.metadata;
    if (readinessOf(node) === 'Unknown') return node;
    const marked = await this.#context.resources.client('nodes').modify(
      '',
      name,
      (draft) => {
        // A heartbeat has come in between: not lost.
        if (conditionOf(draft, 'Ready')?.lastHeartbeatTime !== conditionOf(node, 'Ready')?.lastHeartbeatTime) return false;
        draft.status = { ...draft.status, conditions: lostConditions(draft, now) };
      },
      { subresource: 'status', uid: uidOf(node) },
    );
    if (!marked) return node;
    if (readinessOf(marked) === 'Unknown') {
      this.#context.log.warn('node lost', { node: name, silentMs: Math.round(this.#silence(name).silentMs) });
      this.#record(marked, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
    }
    return marked;
  }

  async #taint(node: Node, rules: TaintRules): Promise<Node> {
    if (!computeTaints(node, rules)) return node;
    const tainted = await this.#context.resources.client('nodes').modify(
      '',
      node.metadata.name,
      (draft) => {
        const taints = computeTaints(draft, rules);
        if (!taints) return false;
        if (taints.length > 0) draft.spec.taints = taints;
        else delete draft.spec.taints;
      },
      { uid: uidOf(node) },
    );
    return tainted ?? node;
  }

  #updateBrake(): void {
    const nodes = this.#nodes.list().map((node) => this.#health(node));
    const state = computeBrake(nodes);
    if (state.on === this.#braked) return;
    this.#braked = state.on;
    if (state.on) {
      this.#reportBrake(nodes, state);
    } else {
      // Those that are still silent may just be the last to come back.
      this.#signals.restart(this.#context.clock.monotonic());
      this.#context.log.info('eviction brake off, every silent node gets its full grace period again', { ...state });
    }
    this.#onBrake();
  }

  /** A Node may be there before its agent is ready, and before its Lease: it is starting for one grace period. */
  #health(node: Node): NodeHealth {
    const { name, creationTimestamp = '' } = node.metadata;
    const ageMs = this.#context.clock.now() - Date.parse(creationTimestamp);
    return {
      node,
      late: this.#silence(name).silentMs > this.#graceMs / 2,
      starting: readinessOf(node) === 'False' && ageMs < this.#graceMs,
    };
  }

  #reportBrake(nodes: readonly NodeHealth[], { unready, total }: BrakeState): void {
    this.#context.log.warn('eviction brake on: most nodes are unready, no pod is evicted because of its node', {
      unready,
      total,
    });
    const message = `${unready} of ${total} nodes are unready: evicting no pods until more nodes are back`;
    for (const health of nodes) {
      if (!health.starting && isUnready(health)) this.#record(health.node, 'Warning', 'EvictionBrakeOn', message);
    }
  }

  #record(object: Node, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#context.recorder.record({ object, type, reason, message, component: nodeComponent });
  }
}
