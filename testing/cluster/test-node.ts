import type { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import type { NodeFaults } from '../../lib/local-cluster/node-faults.js';

/** One node, and in a cluster that the harness started what can happen to it; see NodeFaults for what each means. */
export class TestNode {
  readonly name: string;
  readonly #faults: () => NodeFaults;
  readonly #client: ApiClient;

  /** @param options.faults throws for a node that cannot be broken */
  constructor(options: { name: string; faults: () => NodeFaults; client: ApiClient }) {
    this.name = options.name;
    this.#faults = options.faults;
    this.#client = options.client;
  }

  /** The machine loses its power: agents and containers end at once. Also of a node that is paused. */
  async kill(): Promise<void> {
    await this.#faults().kill();
  }

  /** The machine comes back after kill(). Resolves once its agents run; untilReady() waits for the rest. */
  async start(): Promise<void> {
    await this.#faults().start();
  }

  /** The machine freezes: agents and containers stand still until resume(). */
  async pause(): Promise<void> {
    await this.#faults().pause();
  }

  async resume(): Promise<void> {
    await this.#faults().resume();
  }

  /** The network cable is pulled: agents and pods reach nothing off the node, until heal(). */
  async partition(): Promise<void> {
    await this.#faults().partition();
  }

  async heal(): Promise<void> {
    await this.#faults().heal();
  }

  /** kill -9 of the kubelet agent alone; its containers go on. start() starts it again. */
  async killKubeletAgent(): Promise<void> {
    await this.#faults().killKubeletAgent();
  }

  /** kill -9 of the kube-proxy alone; the kernel's rules stay. start() starts it again. */
  async killKubeProxy(): Promise<void> {
    await this.#faults().killKubeProxy();
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
