import type { Resources } from '../../control-plane/resources/resources.js';
import { timestamp } from '../../control-plane/resources/registry/timestamp.js';
import { systemClock } from '../../lib/clock/clock.js';
import { isError } from '../../lib/errors/errors.js';
import type { Node, Pod } from '../../lib/kubernetes/types/core-v1.js';

const leaseNamespace = 'kube-node-lease';

export interface FakeNodesOptions {
  resources: Resources;
  names: readonly string[];
  heartbeatMs?: number;
  /** From bound to ready. Default 20 ms. */
  startMs?: number;
  /** From deleted to gone. Default 20 ms. */
  stopMs?: number;
}

/**
 * A scheduler and kubelets without containers: pods are bound to live nodes, become ready
 * after a while, and go when they are deleted. A killed node does nothing any more.
 */
export class FakeNodes {
  readonly #options: Required<FakeNodesOptions>;
  readonly #dead = new Set<string>();
  readonly #busy = new Set<string>();
  #address = 1;

  constructor(options: FakeNodesOptions) {
    this.#options = { heartbeatMs: 100, startMs: 20, stopMs: 20, ...options };
  }

  kill(name: string): void {
    this.#dead.add(name);
  }

  revive(name: string): void {
    this.#dead.delete(name);
  }

  /** Creates the nodes, then works until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const pods = this.#options.resources.informer('pods');
    await pods.synced(signal);
    const unsubscribe = pods.onChange((pod) => pod && this.#step(pod, signal));
    await Promise.all(this.#options.names.map((name) => this.#heartbeats(name, signal)));
    unsubscribe();
  }

  async #heartbeats(name: string, signal: AbortSignal): Promise<void> {
    const { resources, heartbeatMs } = this.#options;
    const nodes = resources.client('nodes');
    if (!(await nodes.get('', name))) await nodes.create({ apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: {} });
    while (!signal.aborted) {
      if (!this.#dead.has(name)) {
        await this.#renew(name);
        await nodes.modify('', name, setReady, { subresource: 'status' });
      }
      await systemClock.sleep(heartbeatMs, signal).catch(() => undefined);
    }
  }

  async #renew(name: string): Promise<void> {
    const leases = this.#options.resources.client('leases.coordination.k8s.io');
    const spec = { holderIdentity: name, renewTime: `${new Date().toISOString().slice(0, -1)}000Z` };
    const renewed = await leases.modify(leaseNamespace, name, (draft) => void (draft.spec = spec));
    if (!renewed)
      await leases.create({
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { namespace: leaseNamespace, name },
        spec,
      });
  }

  #step(pod: Pod, signal: AbortSignal): void {
    const work = this.#workFor(pod);
    const key = `${pod.metadata.uid} ${work?.name}`;
    if (!work || this.#busy.has(key)) return;
    this.#busy.add(key);
    void (async (): Promise<void> => {
      await systemClock.sleep(work.afterMs, signal).catch(() => undefined);
      if (!signal.aborted && !this.#dead.has(pod.spec.nodeName ?? '')) await work.run().catch(ignoreRaces);
      this.#busy.delete(key);
    })();
  }

  #workFor(pod: Pod): { name: string; afterMs: number; run: () => Promise<unknown> } | undefined {
    const { namespace = '', name, uid = '' } = pod.metadata;
    const { resources, startMs, stopMs } = this.#options;
    const client = resources.client('pods');
    if (!pod.spec.nodeName) {
      const run = async (): Promise<unknown> => client.modify(namespace, name, (draft) => this.#bind(draft), { uid });
      return { name: 'bind', afterMs: 0, run };
    }
    if (this.#dead.has(pod.spec.nodeName)) return undefined;
    if (pod.metadata.deletionTimestamp !== undefined) {
      const run = (): Promise<unknown> => client.delete(namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } });
      return { name: 'stop', afterMs: stopMs, run };
    }
    if (pod.status?.phase !== 'Pending') return undefined;
    const ip = `10.244.0.${this.#address++ % 250}`;
    const run = (): Promise<unknown> =>
      client.modify(namespace, name, (draft) => start(draft, ip), { subresource: 'status', uid });
    return { name: 'start', afterMs: startMs, run };
  }

  #bind(pod: Pod): void | false {
    const { resources, names } = this.#options;
    const isOpen = (node: Node | undefined): boolean => node !== undefined && !node.spec.taints?.length;
    const open = names.filter((name) => isOpen(resources.informer('nodes').get('', name)));
    const load = (name: string): number =>
      resources
        .informer('pods')
        .list()
        .filter(({ spec }) => spec.nodeName === name).length;
    const [target] = [...open].sort((a, b) => load(a) - load(b));
    if (target === undefined || pod.spec.nodeName) return false;
    pod.spec.nodeName = target;
  }
}

function start(pod: Pod, ip: string): void | false {
  if (pod.metadata.deletionTimestamp !== undefined || pod.status?.phase !== 'Pending') return false;
  const lastTransitionTime = timestamp(Date.now());
  const conditions = ['ContainersReady', 'Ready'].map((type) => ({ type, status: 'True', lastTransitionTime }));
  pod.status = {
    ...pod.status,
    phase: 'Running',
    podIP: ip,
    podIPs: [{ ip }],
    conditions: [...(pod.status.conditions ?? []), ...conditions],
  };
}

function setReady(node: Node): void | false {
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status === 'True') return false;
  const now = timestamp(Date.now());
  const others = (node.status?.conditions ?? []).filter(({ type }) => type !== 'Ready');
  const condition = {
    type: 'Ready',
    status: 'True',
    reason: 'KubeletReady',
    message: '',
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  };
  node.status = { ...node.status, conditions: [...others, condition] };
}

/** The pod went while it was worked on. */
function ignoreRaces(thrown: unknown): void {
  if (!isError(thrown, 'Conflict', 'NotFound')) throw thrown;
}
