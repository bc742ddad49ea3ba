import type { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import type { NodeFaults } from '../../lib/local-cluster/node-faults.js';

/** One node of a local cluster, and what can happen to it; see NodeFaults for what each means. */
export class TestNode {
  readonly name: string;
  readonly #faults: NodeFaults;
  readonly #client: ApiClient;

  constructor(options: { name: string; faults: NodeFaults; client: ApiClient }) {
    this.name = options.name;
    this.#faults = options.faults;
    this.#client = options.client;
  }

  /** The machine loses its power: agents and containers end at once. Also of a node that is paused. */
  kill(): Promise<void> {
    return this.#faults.kill();
  }

  /** The machine comes back after kill(). Resolves once its agents run; untilReady() waits for the rest. */
  start(): Promise<void> {
    return this.#faults.start();
  }

  /** The machine freezes: agents and containers stand still until resume(). */
  pause(): Promise<void> {
    return this.#faults.pause();
  }

  resume(): Promise<void> {
    return this.#faults.resume();
  }

  /** The network cable is pulled: agents and pods reach nothing off the node, until heal(). */
  partition(): Promise<void> {
    return this.#faults.partition();
  }

  heal(): Promise<void> {
    return this.#faults.heal();
  }

  /** kill -9 of the kubelet agent alone; its containers go on. start() starts it again. */
  killKubeletAgent(): Promise<void> {
    return this.#faults.killKubeletAgent();
  }

  /** kill -9 of the kube-proxy alone; the kernel's rules stay. start() starts it again. */
  killKubeProxy(): Promise<void> {
    return this.#faults.killKubeProxy();
  }

  /** Waits until the API says that the node is Ready. @param timeoutMs default 30 s */
  async untilReady({ timeoutMs = 30_000 }: { timeoutMs?: number } = {}): Promise<void> {
    await this.#client.waitFor(`node/${this.name}`, 'Ready', { timeoutMs });
  }

  /** Waits until the API says that the node is lost (Ready is Unknown). @param timeoutMs default 30 s */
  async untilLost({ timeoutMs = 30_000 }: { timeoutMs?: number } = {}): Promise<void> {
    await this.#client.waitFor(`node/${this.name}`, 'condition=Ready=Unknown', { timeoutMs });
  }
}
