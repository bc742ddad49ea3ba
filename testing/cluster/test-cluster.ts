import { randomBytes } from 'node:crypto';

import { systemClock } from '../../lib/clock/clock.js';
import { isError, LongshoreError } from '../../lib/errors/errors.js';
import { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import { readKubeconfig } from '../../lib/kubernetes-client/kubeconfig.js';
import { runProgram } from '../../lib/local-cluster/process-runner.js';
import { collectEvidence } from '../evidence/collect-evidence.js';
import type { Backend, LocalParts } from './backend.js';
import type { ClusterOptions } from './cluster-options.js';
import { ControlPlane } from './control-plane.js';
import { findExistingCluster } from './existing-backend.js';
import { startLocalCluster } from './local-backend.js';
import { TestNamespace } from './test-namespace.js';
import { TestNode } from './test-node.js';

const serviceAccountMs = 30_000;

/**
 * A cluster for tests. Made by useCluster, which starts and stops it with the tests around it,
 * or by startCluster.
 *
 *   new --(start)--> started --(stop)--> stopped
 */
export class TestCluster implements AsyncDisposable {
  readonly #options: ClusterOptions;
  readonly #namespaces: TestNamespace[] = [];
  #started: { backend: Backend; client: ApiClient } | undefined;

  constructor(options: ClusterOptions = {}) {
    this.#options = options;
  }

  /** @throws LongshoreError that says what is missing, with the ends of the processes' logs */
  async start(): Promise<void> {
    if (this.#started) return;
    const { kubeconfig, context, runtime = 'docker', nodes = 3, timeoutMs = 60_000 } = checked(this.#options);
    const backend =
      kubeconfig === undefined
        ? await startLocalCluster({ runtime, nodes, timeoutMs })
        : await findExistingCluster(kubeconfig, context);
    const access = await readKubeconfig(backend.kubeconfig, context === undefined ? {} : { context });
    this.#started = { backend, client: new ApiClient(access) };
  }

  /** Takes down what start() made: the cluster, or the namespaces in a cluster of somebody else. Safe to repeat. */
  async stop(): Promise<void> {
    const started = this.#started;
    if (!started) return;
    this.#started = undefined;
    if (!started.backend.local) await this.#deleteNamespaces(started.client);
    started.client.close();
    await started.backend.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Between start() and stop(). */
  get running(): boolean {
    return this.#started !== undefined;
  }

  /** Path of a kubeconfig for kubectl and client libraries. */
  get kubeconfig(): string {
    return this.#require().backend.kubeconfig;
  }

  /** A typed client of the whole cluster. */
  get client(): ApiClient {
    return this.#require().client;
  }

  /** Folder of a local cluster: logs, state, kubeconfig. `longshore status --dir` takes it. */
  get dir(): string {
    return this.#requireLocal().layout.dir;
  }

  get nodes(): TestNode[] {
    return this.#require().backend.nodes.map((_name, index) => this.node(index + 1));
  }

  /** @param which number from 1 on, or name */
  node(which: number | string): TestNode {
    const { backend, client } = this.#require();
    const name = typeof which === 'number' ? backend.nodes[which - 1] : backend.nodes.find((one) => one === which);
    if (name === undefined)
      throw new LongshoreError('NotFound', `there is no node ${which}: ${backend.nodes.join(', ')} there are`);
    return new TestNode({ name, faults: () => this.#requireLocal().faultsOf(name), client });
  }

  get controlPlane(): ControlPlane {
    return new ControlPlane({ local: this.#requireLocal(), client: this.client });
  }

  /**
   * Makes a namespace, ready for pods. It goes with the cluster; in a cluster that was there
   * before, at the end of the tests.
   * @param name default: a new one, test-<six characters>
   */
  async namespace(name = `test-${randomBytes(3).toString('hex')}`): Promise<TestNamespace> {
    const { client } = this.#require();
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await this.#serviceAccount(name);
    const namespace = new TestNamespace({ name, client: client.in(name) });
    this.#namespaces.push(namespace);
    return namespace;
  }

  /** Runs kubectl, which must be on the PATH, with this cluster. @returns its standard output @throws LongshoreError with its standard error */
  kubectl(...args: string[]): Promise<string> {
    return runProgram('kubectl', ['--kubeconfig', this.kubeconfig, ...args], { timeoutMs: 120_000 });
  }

  /**
   * Writes down how everything is: events, objects, logs, kernel rules. Happens by itself when
   * a test fails under useCluster.
   * @returns the folder
   */
  async collectEvidence(title: string, failure?: unknown): Promise<string> {
    const { backend, client } = this.#require();
    const { evidenceDir = 'longshore-evidence' } = this.#options;
    return collectEvidence({ dir: evidenceDir, title, failure, client, local: backend.local });
  }

  /** Pods need it, and the control plane makes it moments after the namespace. */
  async #serviceAccount(namespace: string): Promise<void> {
    const { client } = this.#require();
    const deadline = systemClock.monotonic() + serviceAccountMs;
    for (;;) {
      const { items } = await client.serviceAccounts.list({ namespace });
      if (items.some(({ metadata }) => metadata.name === 'default')) return;
      if (systemClock.monotonic() > deadline)
        throw new LongshoreError('DeadlineExceeded', `namespace ${namespace} has no service account default`);
      await systemClock.sleep(20);
    }
  }

  async #deleteNamespaces(client: ApiClient): Promise<void> {
    for (const { name } of this.#namespaces) {
      try {
        await client.namespaces.delete(name);
      } catch (thrown) {
        // The test has deleted it itself.
        if (!isError(thrown, 'NotFound')) throw thrown;
      }
    }
  }

  #require(): { backend: Backend; client: ApiClient } {
    if (this.#started) return this.#started;
    throw new LongshoreError(
      'FailedPrecondition',
      'the cluster does not run: use it inside a test or a hook, not while tests are declared',
    );
  }

  #requireLocal(): LocalParts {
    const { local } = this.#require().backend;
    if (local) return local;
    throw new LongshoreError(
      'FailedPrecondition',
      'only a cluster that the harness started can be broken, not one of a kubeconfig',
    );
  }
}

/** A cluster that the caller stops: `await using cluster = await startCluster({ runtime: 'fake' })`. */
export async function startCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const cluster = new TestCluster(options);
  await cluster.start();
  return cluster;
}

/** @throws LongshoreError InvalidArgument that names the option */
function checked(options: ClusterOptions): ClusterOptions {
  const { nodes = 3, runtime = 'docker', timeoutMs = 1 } = options;
  const refuse = (message: string): never => {
    throw new LongshoreError('InvalidArgument', message);
  };
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > 40) refuse(`nodes must be a whole number of 1 to 40, not ${nodes}`);
  if (!['docker', 'fake'].includes(runtime)) refuse(`runtime must be docker or fake, not ${runtime}`);
  if (!(timeoutMs > 0)) refuse(`timeoutMs must be above 0, not ${timeoutMs}`);
  return options;
}
