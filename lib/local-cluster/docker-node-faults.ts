import { LongshoreError } from '../errors/errors.js';
import type { ApiClient } from '../kubernetes-client/api-client.js';
import { gatewayOf } from '../net/cidr.js';
import type { Cluster } from './cluster-file.js';
import type { NodeFaults } from './node-faults.js';
import { healNode, partitionNode } from './partition.js';
import { runProgram } from './process-runner.js';
import type { ClusterProcesses } from './processes.js';

/** Labels of everything that an agent makes; see docs/operations.md. */
const labels = { cluster: 'longshore.dev/cluster', node: 'longshore.dev/node' };

/** A node that is a pair of processes on this host and containers on its engine. */
export class DockerNodeFaults implements NodeFaults {
  readonly #options: DockerNodeFaultsOptions;
  readonly #agents: readonly string[];
  #podCidr: string | undefined;

  constructor(options: DockerNodeFaultsOptions) {
    this.#options = options;
    this.#agents = [`kubelet-agent-${options.node}`, `kube-proxy-${options.node}`];
  }

  async kill(): Promise<void> {
    await Promise.all(this.#agents.map((name) => this.#options.processes.kill(name)));
    await this.#docker('kill', 'running', 'paused');
  }

  async start(): Promise<void> {
    await Promise.all(this.#agents.map((name) => this.#options.processes.start(name)));
  }

  async pause(): Promise<void> {
    await Promise.all(this.#agents.map((name) => this.#options.processes.signal(name, 'SIGSTOP')));
    await this.#docker('pause', 'running');
  }

  async resume(): Promise<void> {
    await this.#docker('unpause', 'paused');
    await Promise.all(this.#agents.map((name) => this.#options.processes.signal(name, 'SIGCONT')));
  }

  async partition(): Promise<void> {
    const { cluster, node } = this.#options;
    const podCidr = await this.#findPodCidr();
    await partitionNode(cluster, { node, podCidr, gateway: gatewayOf(podCidr) });
  }

  async heal(): Promise<void> {
    await healNode(this.#options.cluster, this.#options.node);
  }

  async killKubeletAgent(): Promise<void> {
    await this.#options.processes.kill(`kubelet-agent-${this.#options.node}`);
  }

  async killKubeProxy(): Promise<void> {
    await this.#options.processes.kill(`kube-proxy-${this.#options.node}`);
  }

  /** Does `verb` to those of the node's containers that are in one of `states`. */
  async #docker(verb: string, ...states: string[]): Promise<void> {
    const { node, clusterId } = this.#options;
    const owner = [`label=${labels.cluster}=${clusterId}`, `label=${labels.node}=${node}`];
    const filters = [...owner, ...states.map((state) => `status=${state}`)].flatMap((filter) => ['--filter', filter]);
    const ids = (await runProgram('docker', ['ps', '--quiet', '--no-trunc', ...filters])).split('\n').filter(Boolean);
    if (ids.length > 0) await runProgram('docker', [verb, ...ids]);
  }

  /** Kept: it must be known when the control plane is away too. */
  async #findPodCidr(): Promise<string> {
    const { client, node } = this.#options;
    this.#podCidr ??= (await client.nodes.get(node)).spec?.podCIDR;
    if (this.#podCidr) return this.#podCidr;
    throw new LongshoreError('FailedPrecondition', `${node} has no pod CIDR yet: wait until it is Ready`);
  }
}

export interface DockerNodeFaultsOptions {
  cluster: Cluster;
  clusterId: string;
  node: string;
  processes: ClusterProcesses;
  client: ApiClient;
}
