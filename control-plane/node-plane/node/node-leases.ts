import type { Clock } from '../../../lib/clock/clock.js';
import { isError } from '../../../lib/errors/errors.js';
import type { Lease } from '../../../lib/kubernetes/types/coordination-v1.js';
import type { ResourceClient } from '../../resources/client.js';
import { nodeLeaseNamespace } from '../bootstrap/node-holder.js';

/** Renews the Leases by which the node-lifecycle controller knows that nodes live. */
export class NodeLeases {
  readonly #leases: ResourceClient<Lease>;
  readonly #clock: Clock;
  readonly #durationSeconds: number;

  constructor(options: { leases: ResourceClient<Lease>; clock: Clock; durationSeconds: number }) {
    this.#leases = options.leases;
    this.#clock = options.clock;
    this.#durationSeconds = options.durationSeconds;
  }

  /** Renews the Lease of a node, made anew when it is missing; it goes with its Node. */
  async renew(node: { name: string; uid: string }): Promise<void> {
    const renewed = await this.#leases.modify(nodeLeaseNamespace, node.name, (draft) => {
      draft.spec = { ...draft.spec, ...this.#spec(node.name) };
    });
    if (renewed) return;
    try {
      await this.#leases.create({
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: {
          namespace: nodeLeaseNamespace,
          name: node.name,
          ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: node.name, uid: node.uid }],
        },
        spec: this.#spec(node.name),
      });
    } catch (thrown) {
      // Made at the same moment by another call of this node: it is as fresh.
      if (!isError(thrown, 'AlreadyExists')) throw thrown;
    }
  }

  #spec(nodeName: string): NonNullable<Lease['spec']> {
    return {
      holderIdentity: nodeName,
      leaseDurationSeconds: this.#durationSeconds,
      // metav1.MicroTime.
      renewTime: `${new Date(this.#clock.now()).toISOString().slice(0, -1)}000Z`,
    };
  }
}
