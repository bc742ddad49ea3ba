import { LongshoreError } from '../../lib/errors/errors.js';
import type { Container, Node, Pod, PodSpec } from '../../lib/kubernetes/types/core-v1.js';
import { keyOf, type Informer, type KubeObject, type ResourceClient } from '../resources/client.js';
import type { SchedulerEvents } from './pod-writer.js';

type Handler<T> = (current: T | undefined, previous: T | undefined) => void;

/** A cache that a test feeds by hand. */
export class FakeInformer<T extends KubeObject> implements Informer<T> {
  readonly #objects = new Map<string, T>();
  readonly #handlers = new Set<Handler<T>>();

  set(object: T): void {
    const previous = this.#objects.get(keyOf(object));
    this.#objects.set(keyOf(object), object);
    for (const handler of this.#handlers) handler(object, previous);
  }

  delete(object: T): void {
    if (!this.#objects.delete(keyOf(object))) return;
    for (const handler of this.#handlers) handler(undefined, object);
  }

  get(namespace: string, name: string): T | undefined {
    return this.#objects.get(`${namespace}/${name}`);
  }

  list(): readonly T[] {
    return [...this.#objects.values()];
  }

  byIndex(): readonly T[] {
    throw new Error('the scheduler uses no index');
  }

  onChange(handler: Handler<T>): () => void {
    this.#handlers.add(handler);
    for (const object of this.list()) handler(object, undefined);
    return () => this.#handlers.delete(handler);
  }

  async synced(): Promise<void> {
    // It is always complete.
  }

  revision(): number {
    return 0;
  }
}

type PodOverrides = Partial<PodSpec> & {
  cpu?: string;
  memory?: string;
  owner?: string;
  labels?: Record<string, string>;
  namespace?: string;
  container?: Partial<Container>;
};

let uids = 0;

/** A pod of one container; `owner` is the uid of its controller. */
export function makePod(name: string, overrides: PodOverrides = {}): Pod {
  const { cpu, memory, owner, labels, namespace = 'default', container, ...spec } = overrides;
  const requests = { ...(cpu && { cpu }), ...(memory && { memory }) };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      uid: `uid-${++uids}`,
      ...(labels && { labels }),
      ...(owner && {
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: owner, controller: true }],
      }),
    },
    spec: { containers: [{ name: 'main', image: 'app', resources: { requests }, ...container }], ...spec },
  };
}

type NodeOverrides = { labels?: Record<string, string>; allocatable?: Record<string, string>; images?: string[] } & NonNullable<
  Node['spec']
>;

/** A node of 4 cpus, 8 GiB and 110 pods. */
export function makeNode(name: string, overrides: NodeOverrides = {}): Node {
  const { labels, allocatable, images, ...spec } = overrides;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: `node-${name}`, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec,
    status: {
      allocatable: { cpu: '4', memory: '8Gi', 'ephemeral-storage': '100Gi', pods: '110', ...allocatable },
      ...(images && { images: images.map((image) => ({ names: [image], sizeBytes: 800 * 1024 * 1024 })) }),
    },
  };
}

/** Pods and nodes whose writes come back through informers, with knobs for what can go wrong. */
export class FakeCluster {
  readonly pods = new FakeInformer<Pod>();
  readonly nodes = new FakeInformer<Node>();
  /** Every write of a pod, `bind` or `status`, in order. */
  readonly writes: string[] = [];
  readonly recorded: { reason: string; message: string }[] = [];
  readonly events: SchedulerEvents = {
    record: ({ reason, message }) => void this.recorded.push({ reason, message }),
  };
  /** Knob: how many of the next writes fail. */
  failWrites = 0;
  /** Knob: runs just before a write takes effect, as another writer that is faster. */
  beforeWrite: (pod: Pod) => void = () => undefined;
  /** Knob: false keeps changes from the informer until {@link deliver}. */
  informs = true;
  readonly #stored = new Map<string, Pod>();
  readonly #late: (() => void)[] = [];
  #revision = 0;

  readonly client: Pick<ResourceClient<Pod>, 'modify'> = {
    modify: async (namespace, name, mutate, options = {}) => {
      await Promise.resolve();
      const key = `${namespace}/${name}`;
      const seen = this.#stored.get(key);
      if (seen) this.beforeWrite(seen);
      if (this.failWrites > 0) {
        this.failWrites--;
        throw new LongshoreError('Unavailable', 'knob');
      }
      const stored = this.#stored.get(key);
      if (!stored || (options.uid !== undefined && stored.metadata.uid !== options.uid)) return undefined;
      const draft = structuredClone(stored);
      if (mutate(draft) === false) return stored;
      this.writes.push(`${options.subresource ?? 'update'} ${name}`);
      return this.put(draft);
    },
  };

  /** Stores a pod, new or changed. */
  put(pod: Pod): Pod {
    const stored = structuredClone(pod);
    stored.metadata.resourceVersion = String(++this.#revision);
    this.#stored.set(keyOf(stored), stored);
    this.#inform(() => {
      this.pods.set(stored);
    });
    return stored;
  }

  remove(pod: Pod): void {
    this.#stored.delete(keyOf(pod));
    this.#inform(() => {
      const cached = this.pods.get(pod.metadata.namespace ?? '', pod.metadata.name);
      if (cached) this.pods.delete(cached);
    });
  }

  get(name: string, namespace = 'default'): Pod | undefined {
    return this.#stored.get(`${namespace}/${name}`);
  }

  nodeOf(name: string): string | undefined {
    return this.get(name)?.spec.nodeName;
  }

  /** Tells the informer what it has missed. */
  deliver(): void {
    this.informs = true;
    for (const tell of this.#late.splice(0)) tell();
  }

  #inform(tell: () => void): void {
    if (this.informs) tell();
    else this.#late.push(tell);
  }
}
