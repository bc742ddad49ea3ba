import { expect } from 'chai';

import { systemClock } from '../../../lib/clock/clock.js';
import type { Node, Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { ensureTestImage } from '../../support/images.js';
import type { MachineHost } from '../../support/machine-host.js';
import { MachineNetwork } from '../../support/machine-network.js';

/** How long anything may take that is waited for. */
const patienceMs = 40_000;

/**
 * A control plane and three nodes, each a host of its own:
 *
 *   control  .1   no engine
 *   far      .2   40 ms and 2 % loss away
 *   near     .3
 *   natted   .4   behind a router that masquerades
 */
export class Machines {
  image = '';
  #network: MachineNetwork | undefined;
  readonly #hosts = new Map<string, MachineHost>();

  async start(): Promise<void> {
    this.#network = await MachineNetwork.create({ name: 'e2e', subnet: 27 });
    const network = this.#network;
    const hosts = await Promise.all([
      network.addHost('control', { number: 1, engine: false }),
      network.addHost('far', { number: 2, latencyMs: 40, lossPercent: 2 }),
      network.addHost('near', { number: 3 }),
      network.addHost('natted', { number: 4, behindNat: true }),
    ]);
    for (const host of hosts) this.#hosts.set(host.name, host);
    const nodes = hosts.filter(({ name }) => name !== 'control');
    [this.image = ''] = await Promise.all(nodes.map((host) => ensureTestImage('busybox', host.docker)));
  }

  async stop(): Promise<void> {
    await this.#network?.remove();
  }

  host(name: string): MachineHost {
    const host = this.#hosts.get(name);
    if (!host) throw new Error(`there is no host ${name}`);
    return host;
  }

  /** Pods wait long for a lost node: on a busy machine a restart may take longer than a node may be silent. */
  startControlPlane(): void {
    this.host('control').startLongshore('control-plane', 'control-plane', '--default-toleration-seconds', '120');
  }

  /** @param flags for example --token, or none when the node has joined */
  startAgent(name: string, ...flags: string[]): void {
    this.host(name).startLongshore('agent', 'agent', ...this.agentFlags(name), ...flags);
  }

  agentFlags(name: string): string[] {
    const segment = name === 'natted' ? 'home' : 'lan';
    return ['--join', `https://${this.host('control').address}:6444`, '--node-labels', `segment=${segment}`];
  }

  newToken(...flags: string[]): Promise<string> {
    return this.host('control')
      .longshore('token', 'create', '--quiet', ...flags)
      .then((text) => text.trim());
  }

  kubectl(...args: string[]): Promise<string> {
    return this.host('control').run('kubectl', ...args);
  }

  async apply(...objects: object[]): Promise<void> {
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
    await this.host('control').run('bash', '-c', `kubectl apply -f - <<'END'\n${list}\nEND`);
  }

  async node(name: string): Promise<Node> {
    return JSON.parse(await this.kubectl('get', 'node', name, '-o', 'json')) as Node;
  }

  async pods(selector: string): Promise<Pod[]> {
    return (JSON.parse(await this.kubectl('get', 'pods', '-l', selector, '-o', 'json')) as { items: Pod[] }).items;
  }

  async nodesReady(...names: string[]): Promise<void> {
    for (const name of names) {
      await this.eventually(`node ${name} is Ready`, async () => {
        const ready = (await this.node(name)).status?.conditions?.find(({ type }) => type === 'Ready');
        return ready?.status === 'True';
      });
    }
  }

  /** Pods of a label, once so many of them are Ready and no more are there. */
  readyPods(selector: string, count: number): Promise<Pod[]> {
    return this.eventually(`${count} pods ${selector} are Ready`, async () => {
      const pods = await this.pods(selector);
      const ready = pods.filter((pod) =>
        pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
      );
      return pods.length === count && ready.length === count && pods;
    });
  }

  /** /readyz of a machine's agent: undefined while it does not answer. */
  async readyz(name: string): Promise<string | undefined> {
    const { code, stdout } = await this.host(name).attempt('curl', '-s', 'http://127.0.0.1:10247/readyz');
    return code === 0 ? stdout : undefined;
  }

  agentReady(name: string): Promise<boolean> {
    return this.eventually(`the agent of ${name} is ready`, async () => (await this.readyz(name))?.endsWith('\nok\n') ?? false);
  }

  /** Ids of the running containers of a host, in order. */
  async containers(name: string): Promise<string[]> {
    return (await this.host(name).docker.listContainers()).map(({ Id }) => Id).sort();
  }

  /** What `read` gives, as soon as that is not false; an error counts as not yet. */
  async eventually<T>(what: string, read: () => Promise<T | false>): Promise<T> {
    const deadline = systemClock.monotonic() + patienceMs;
    let problem = 'none';
    for (;;) {
      try {
        const value = await read();
        if (value !== false) return value;
        problem = 'none';
      } catch (thrown) {
        problem = thrown instanceof Error ? thrown.message : 'unknown';
      }
      if (systemClock.monotonic() > deadline) expect.fail(`not within ${patienceMs} ms: ${what}; last error: ${problem}`);
      await systemClock.sleep(100);
    }
  }

  /** The ends of all logs, for whoever reads why a test failed. */
  async showLogs(): Promise<void> {
    for (const host of this.#hosts.values()) await host.showLogs();
  }
}
