import type { Clock } from '../../../lib/clock/clock.js';
import { isError, LongshoreError } from '../../../lib/errors/errors.js';
import type { Node } from '../../../lib/kubernetes/types/core-v1.js';
import type { Logger } from '../../../lib/log/logger.js';
import type { NodeStatus, RegisterRequest } from '../../../proto/gen/longshore/node/v1/node.js';
import type { Informer, ResourceClient } from '../../resources/client.js';
import { kubeletKeyAnnotation } from '../bootstrap/node-holder.js';
import type { ClusterSettings } from '../cluster-settings.js';
import { freePodCidr } from './free-pod-cidr.js';
import { newNode, nextNodeStatus, wellKnownLabels } from './node-object.js';

const maxAttempts = 10;

/**
 * Keeps Node objects in step with what their kubelet agents report. A Node holds a claim on
 * its pod CIDR, taken and freed in the same transaction as the Node itself, so that no two
 * nodes ever have the same one.
 */
export class NodeRegistry {
  readonly #nodes: ResourceClient<Node>;
  readonly #informer: Informer<Node>;
  readonly #settings: ClusterSettings;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** Registrations take turns, or each would lose its CIDR to another and try again. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: {
    nodes: ResourceClient<Node>;
    informer: Informer<Node>;
    settings: ClusterSettings;
    clock: Clock;
    log: Logger;
  }) {
    this.#nodes = options.nodes;
    this.#informer = options.informer;
    this.#settings = options.settings;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /**
   * Creates or updates the Node. A returning node keeps its pod CIDR.
   * @param keyHash of the agent's public key
   * @throws LongshoreError ResourceExhausted (no pod CIDR left), Conflict (try again)
   */
  register(request: RegisterRequest, keyHash: string): Promise<Node> {
    const registered = this.#turn.then(async () => {
      const node = await this.#ensure(request, keyHash);
      if (request.status) await this.#write(request.nodeName, request.status);
      this.#log.info('node registered', { node: request.nodeName, podCidr: node.spec?.podCIDR, instance: request.instanceId });
      return node;
    });
    this.#turn = registered.catch(() => undefined);
    return registered;
  }

  /**
   * Writes what `reported` changes in the Node's status; nothing when nothing did.
   * @throws LongshoreError FailedPrecondition when the Node no longer exists: register again
   */
  async updateStatus(nodeName: string, reported: NodeStatus): Promise<void> {
    const cached = this.#informer.get('', nodeName);
    if (cached && !nextNodeStatus(cached, reported, this.#clock.now())) return;
    await this.#write(nodeName, reported);
  }

  /** @throws LongshoreError NotFound when there is no such Node */
  async require(nodeName: string): Promise<void> {
    if (this.#informer.get('', nodeName) ?? (await this.#nodes.get('', nodeName))) return;
    throw new LongshoreError(
      'NotFound',
      `node ${nodeName} does not exist: its kubelet agent makes it anew when it registers, then try again; ` +
        'a node that was taken out of the cluster joins with a token',
    );
  }

  async #ensure(request: RegisterRequest, keyHash: string): Promise<Node> {
    for (let attempt = 1; ; attempt++) {
      try {
        const updated = await this.#update(request, keyHash);
        if (updated) return updated;
        const created = newNode(request, await this.#freePodCidr());
        created.metadata.annotations = { [kubeletKeyAnnotation]: keyHash };
        const status = request.status && nextNodeStatus(created, request.status, this.#clock.now());
        if (status) created.status = status;
        return await this.#nodes.create(created);
      } catch (thrown) {
        // Another control plane gave the CIDR away, or somebody made or deleted the Node.
        if (attempt >= maxAttempts || !isError(thrown, 'Conflict', 'AlreadyExists')) throw thrown;
      }
    }
  }

  async #update(request: RegisterRequest, keyHash: string): Promise<Node | undefined> {
    const existing = await this.#nodes.get('', request.nodeName);
    if (!existing) return undefined;
    const podCidr = existing.spec?.podCIDR ?? (await this.#freePodCidr());
    return this.#nodes.modify('', request.nodeName, (draft) => {
      // The agent's own labels were for the creation: what a user took off since stays off.
      draft.metadata.labels = { ...draft.metadata.labels, ...wellKnownLabels(request) };
      draft.metadata.annotations = { ...draft.metadata.annotations, [kubeletKeyAnnotation]: keyHash };
      draft.spec = { ...draft.spec, podCIDR: podCidr, podCIDRs: [podCidr] };
    });
  }

  async #freePodCidr(): Promise<string> {
    const { items } = await this.#nodes.list();
    return freePodCidr(this.#settings, new Set(items.flatMap(({ spec }) => spec?.podCIDR ?? [])));
  }

  async #write(nodeName: string, reported: NodeStatus): Promise<void> {
    const stored = await this.#nodes.modify(
      '',
      nodeName,
      (draft) => {
        const next = nextNodeStatus(draft, reported, this.#clock.now());
        if (!next) return false;
        draft.status = next;
      },
      { subresource: 'status' },
    );
    if (!stored) throw new LongshoreError('FailedPrecondition', `session fenced: node ${nodeName} was deleted, register again`);
  }
}
