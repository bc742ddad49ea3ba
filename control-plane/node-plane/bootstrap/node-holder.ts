import type { Clock } from '../../../lib/clock/clock.js';
import type { AgentRole } from '../../../lib/identity/identity-file.js';
import type { Lease } from '../../../lib/kubernetes/types/coordination-v1.js';
import type { Node } from '../../../lib/kubernetes/types/core-v1.js';
import type { ResourceClient } from '../../resources/client.js';

/** Namespace of the Leases that nodes renew. */
export const nodeLeaseNamespace = 'kube-node-lease';

/** Annotation of a Node: SHA-256 of the public key of the kubelet agent that registered it. */
export const kubeletKeyAnnotation = 'longshore.dev/kubelet-public-key-sha256';

/** Says whether a live agent holds a node's name, and by which key. At most one key a node and role is live. */
export class NodeHolder {
  readonly #nodes: ResourceClient<Node>;
  readonly #leases: ResourceClient<Lease>;
  readonly #proxies: { keyOf(nodeName: string): string | undefined };
  readonly #clock: Clock;

  /** @param options.proxies the kube-proxies that are connected */
  constructor(options: {
    nodes: ResourceClient<Node>;
    leases: ResourceClient<Lease>;
    proxies: { keyOf(nodeName: string): string | undefined };
    clock: Clock;
  }) {
    this.#nodes = options.nodes;
    this.#leases = options.leases;
    this.#proxies = options.proxies;
    this.#clock = options.clock;
  }

  /**
   * Hash of the key of the live agent of `name`; undefined when there is none. A kubelet
   * agent lives until its node's Lease has run out, a kube-proxy while it is connected.
   */
  async liveKeyOf(name: string, role: AgentRole): Promise<string | undefined> {
    if (role === 'kube-proxy') return this.#proxies.keyOf(name);
    const [node, lease] = await Promise.all([this.#nodes.get('', name), this.#leases.get(nodeLeaseNamespace, name)]);
    if (!node || !isFresh(lease, this.#clock.now())) return undefined;
    return node.metadata.annotations?.[kubeletKeyAnnotation];
  }
}

function isFresh(lease: Lease | undefined, nowMs: number): boolean {
  const { renewTime, leaseDurationSeconds } = lease?.spec ?? {};
  return renewTime !== undefined && nowMs < Date.parse(renewTime) + (leaseDurationSeconds ?? 0) * 1_000;
}
