import { setMaxListeners } from 'node:events';

import { Registry } from 'prom-client';

import { createControllers } from '../../control-plane/controllers/all-controllers.js';
import type { RecordedEvent } from '../../control-plane/controllers/controller-context.js';
import { Resources } from '../../control-plane/resources/resources.js';
import { openStore } from '../../control-plane/store/open-store.js';
import type { Store } from '../../control-plane/store/store.js';
import { systemClock } from '../../lib/clock/clock.js';
import type { Deployment, ReplicaSet } from '../../lib/kubernetes/types/apps-v1.js';
import type { Pod } from '../../lib/kubernetes/types/core-v1.js';
import { silentLogger, type Logger } from '../../lib/log/logger.js';
import type { Task } from '../../lib/lifecycle/supervise.js';
import { FakeNodes } from '../support/fake-nodes.js';

export interface HarnessOptions {
  nodes?: readonly string[];
  nodeGraceMs?: number;
  /** Default: all of them. */
  controllers?: (name: string) => boolean;
  /** An older harness's store, to start on what it left. */
  store?: Store;
  defaultTolerationSeconds?: number;
  /** Make the namespaces. Default: when no store is given. */
  prepare?: boolean;
}

/** All controllers over a memory store, with pretended nodes; nothing else of the control plane. */
export class ControllersHarness {
  readonly events: RecordedEvent[] = [];
  readonly errors: unknown[] = [];
  readonly #stop = new AbortController();
  readonly #running: Promise<unknown>[] = [];

  private constructor(
    readonly store: Store,
    readonly resources: Resources,
    readonly nodes: FakeNodes,
  ) {}

  static async start(options: HarnessOptions = {}): Promise<ControllersHarness> {
    const clock = systemClock;
    const store = options.store ?? (await openStore({ driver: 'memory', path: '', clock, log: silentLogger }));
    const settings = { defaultTolerationSeconds: options.defaultTolerationSeconds ?? 0 };
    const resources = new Resources({ store, clock, log: silentLogger, settings });
    const nodes = new FakeNodes({ resources, names: options.nodes ?? [] });
    const harness = new ControllersHarness(store, resources, nodes);
    const tasks = createControllers({
      resources,
      recorder: { record: (event) => void harness.events.push(event) },
      clock,
      log: harness.#log(),
      metrics: new Registry(),
      config: { caPem: 'CA', nodeGraceMs: options.nodeGraceMs ?? 30_000, missingNodeQuarantineMs: 100 },
    });
    const wanted: Task[] = tasks.filter(({ name }) => options.controllers?.(name) ?? true);
    const { signal } = harness.#stop;
    setMaxListeners(0, signal);
    harness.#run(resources.run(signal), ...wanted.map((task) => task.run(signal)));
    if (options.prepare ?? !options.store) {
      for (const name of ['default', 'kube-node-lease']) await harness.createNamespace(name);
    }
    harness.#run(nodes.run(signal));
    return harness;
  }

  /** Nothing of this may end by itself. */
  #run(...running: Promise<unknown>[]): void {
    for (const task of running) {
      task.catch((thrown: unknown) => {
        if (!this.#stop.signal.aborted) this.errors.push(thrown);
      });
    }
    this.#running.push(...running);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#running);
  }

  /** Stops without waiting: its store does not answer any more. */
  abandon(): void {
    this.#stop.abort();
  }

  async createNamespace(name: string): Promise<void> {
    await this.resources.client('namespaces').create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {} });
    await this.until(
      `the account of ${name}`,
      () => this.resources.informer('serviceaccounts').get(name, 'default') !== undefined,
    );
  }

  /** Waits until `condition` holds. @throws Error that names `what` after 10 s */
  async until(what: string, condition: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
    const endMs = performance.now() + timeoutMs;
    while (!(await condition())) {
      if (performance.now() > endMs)
        throw new Error(`gave up waiting for ${what}; errors: ${this.errors.map(String).join('; ')}`);
      await systemClock.sleep(5);
    }
  }

  /** Waits until nothing but heartbeats has been written for `quietMs`. */
  async quiet(quietMs = 150): Promise<void> {
    const kinds = [
      'pods',
      'replicasets.apps',
      'deployments.apps',
      'endpoints',
      'endpointslices.discovery.k8s.io',
      'namespaces',
    ] as const;
    const newest = (): number => Math.max(...kinds.map((kind) => this.resources.informer(kind).revision()));
    let before = -1;
    while (before !== newest()) {
      before = newest();
      await systemClock.sleep(quietMs);
    }
  }

  pods(namespace = 'default'): readonly Pod[] {
    return this.resources.informer('pods').list(namespace);
  }

  readyPods(namespace = 'default'): readonly Pod[] {
    return this.pods(namespace).filter(isAvailable);
  }

  async deployment(name: string): Promise<Deployment> {
    const deployment = await this.resources.client('deployments.apps').get('default', name);
    if (!deployment) throw new Error(`no deployment ${name}`);
    return deployment;
  }

  async replicaSets(): Promise<ReplicaSet[]> {
    return (await this.resources.client('replicasets.apps').list('default')).items;
  }

  async rolledOut(name: string): Promise<void> {
    await this.until(`the rollout of ${name}`, async () => {
      const { metadata, spec, status } = await this.deployment(name);
      const { replicas, updatedReplicas, availableReplicas, observedGeneration } = status ?? {};
      return (
        observedGeneration === metadata.generation &&
        [replicas, updatedReplicas, availableReplicas].every((count) => (count ?? 0) === spec.replicas)
      );
    });
  }

  #log(): Logger {
    const log: Logger = {
      ...silentLogger,
      error: (_message, fields) => {
        this.errors.push(fields?.error);
      },
      child: () => log,
    };
    return log;
  }
}

export function isActive(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined;
}

export function isAvailable(pod: Pod): boolean {
  return isActive(pod) && (pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false);
}

export function deploymentOf(
  name: string,
  image: string,
  spec: Partial<Deployment['spec']> = {},
  namespace = 'default',
): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: name } },
      template: { metadata: { name: '', labels: { app: name } }, spec: { containers: [{ name: 'main', image }] } },
      ...spec,
    },
  };
}
