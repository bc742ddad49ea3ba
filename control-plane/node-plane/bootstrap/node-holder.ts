import type { Clock } from '../../../lib/clock/clock.js';
import type { Lease } from '../../../lib/kubernetes/types/coordination-v1.js';
import type { Node } from '../../../lib/kubernetes/types/core-v1.js';
import type { ResourceClient } from '../../resources/client.js';

/** Namespace of the Leases that nodes renew. */
export const nodeLeaseNamespace = 'kube-node-lease';

/** Annotation of a Node: SHA-256 of the public key of the kubelet agent that registered it. */
export const kubeletKeyAnnotation = 'longshore.dev/kubelet-public-key-sha256';

/** Says whether a live node holds a name, and by which key. */
export class NodeHolder {
  readonly #nodes: ResourceClient<Node>;
  readonly #leases: ResourceClient<Lease>;
  readonly #clock: Clock;

  constructor(options: { nodes: ResourceClient<Node>; leases: ResourceClient<Lease>; clock: Clock }) {
    this.#nodes = options.nodes;
    this.#leases = options.leases;
    this.#clock = options.clock;
  }

  /** Hash of the key of the live node `name`; undefined when there is none or its Lease has run out. */
  async liveKeyOf(name: string): Promise<string | undefined> {
    const [node, lease] = await Promise.all([this.#nodes.get('', name), this.#leases.get(nodeLeaseNamespace, name)]);
    if (!node || !isFresh(lease, this.#clock.now())) return undefined;
    return node.metadata.annotations?.[kubeletKeyAnnotation];
  }
}

function isFresh(lease: Lease | undefined, nowMs: number): boolean {
  const { renewTime, leaseDurationSeconds } = lease?.spec ?? {};
  return renewTime !== undefined && nowMs < Date.parse(renewTime) + (leaseDurationSeconds ?? 0) * 1_000;
}
