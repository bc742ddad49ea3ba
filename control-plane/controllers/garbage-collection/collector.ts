import type { OwnerReference } from '../../../lib/kubernetes/types/meta-v1.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import { apiVersionOf, keyOfDefinition, type ResourceDefinition } from '../../resources/definition.js';
import type { ResourceKey } from '../../resources/resource-types.js';
import type { ControllerContext } from '../controller-context.js';
import { removeOwner } from '../objects/owner-references.js';
import {
  blockingDependents,
  computeGarbage,
  foregroundFinalizer,
  orphanFinalizer,
  stateOfExisting,
  type OwnerState,
} from './compute.js';
import { toNode, type GraphNode, type OwnerGraph } from './owner-graph.js';

/**
 * Collects one object at a time. The graph only says where to look: before anything is
 * deleted or a finalizer removed, the store itself is asked, so that a lagging cache never
 * deletes a dependent whose owner exists.
 */
export class GarbageCollector {
  readonly #resources: Pick<ControllerContext['resources'], 'client'>;
  readonly #definitions: readonly ResourceDefinition[];
  readonly #graph: OwnerGraph;

  constructor(options: {
    resources: Pick<ControllerContext['resources'], 'client'>;
    definitions: readonly ResourceDefinition[];
    graph: OwnerGraph;
  }) {
    this.#resources = options.resources;
    this.#definitions = options.definitions;
    this.#graph = options.graph;
  }

  async collect(uid: string): Promise<void> {
    const node = this.#graph.get(uid);
    if (!node) return;
    if (node.deleting) {
      if (node.finalizers.includes(orphanFinalizer)) await this.#orphan(node);
      else if (node.finalizers.includes(foregroundFinalizer)) await this.#finishForeground(node);
      return;
    }
    const states = await Promise.all(node.owners.map((owner) => this.#stateOf(node, owner)));
    const decision = computeGarbage(node, states, this.#graph.dependentsOf(uid).length > 0);
    if (decision.kind === 'drop-owners') await this.#dropOwners(node, decision.uids);
    if (decision.kind === 'delete') await this.#delete(node, decision.propagationPolicy);
  }

  /** An owner lives in the dependent's namespace or in none; a reference to anywhere else is to nobody. */
  async #stateOf(node: GraphNode, reference: OwnerReference): Promise<OwnerState> {
    const known = this.#graph.get(reference.uid);
    if (known && (known.namespace === node.namespace || known.namespace === '')) return stateOfExisting(known, reference);
    const definition = this.#definitions.find(
      (item) => item.kind === reference.kind && groupOf(apiVersionOf(item)) === groupOf(reference.apiVersion),
    );
    if (!definition) return 'unknown';
    if (definition.namespaced && node.namespace === '') return 'absent';
    const kind = keyOfDefinition(definition) as ResourceKey;
    const owner = await this.#resources.client(kind).get(definition.namespaced ? node.namespace : '', reference.name);
    return owner?.metadata.uid === reference.uid ? stateOfExisting(toNode(kind, owner), reference) : 'absent';
  }

  async #delete(
    { kind, namespace, name, uid }: GraphNode,
    propagationPolicy: 'Orphan' | 'Foreground' | 'Background',
  ): Promise<void> {
    const client = this.#resources.client(kind);
    const latest = await client.get(namespace, name);
    if (latest?.metadata.uid !== uid || latest.metadata.deletionTimestamp !== undefined) return;
    // What is deleted is what was judged: if its owners have changed since, the swap fails and it is judged again.
    const before = JSON.stringify(this.#graph.get(uid)?.owners);
    if (JSON.stringify(latest.metadata.ownerReferences) !== before) {
      throw new LongshoreError('Conflict', `the owners of ${kind} ${namespace}/${name} have changed`);
    }
    const { resourceVersion } = latest.metadata;
    await client.delete(namespace, name, {
      propagationPolicy,
      preconditions: { uid, ...(resourceVersion !== undefined && { resourceVersion }) },
    });
  }

  async #dropOwners({ kind, namespace, name, uid }: GraphNode, ownerUids: readonly string[]): Promise<void> {
    await this.#resources.client(kind).modify(
      namespace,
      name,
      (draft) => {
        for (const owner of ownerUids) removeOwner(draft.metadata, owner);
      },
      { uid },
    );
  }

  /** Lets all dependents go before the owner does. */
  async #orphan(owner: GraphNode): Promise<void> {
    for (const dependent of await this.#storedDependents(owner)) await this.#dropOwners(dependent, [owner.uid]);
    await this.#removeFinalizer(owner, orphanFinalizer);
  }

  /** Ends a foreground deletion once no dependent blocks it; each of those is collected by its own key. */
  async #finishForeground(owner: GraphNode): Promise<void> {
    if (blockingDependents(owner, this.#graph.dependentsOf(owner.uid)).length > 0) return;
    if (blockingDependents(owner, await this.#storedDependents(owner)).length > 0) {
      throw new LongshoreError(
        'Conflict',
        `dependents of ${owner.kind} ${owner.namespace}/${owner.name} are not in the cache yet`,
      );
    }
    await this.#removeFinalizer(owner, foregroundFinalizer);
  }

  async #removeFinalizer({ kind, namespace, name, uid }: GraphNode, finalizer: string): Promise<void> {
    await this.#resources.client(kind).modify(
      namespace,
      name,
      (draft) => {
        const rest = (draft.metadata.finalizers ?? []).filter((item) => item !== finalizer);
        if (rest.length > 0) draft.metadata.finalizers = rest;
        else delete draft.metadata.finalizers;
      },
      { uid },
    );
  }

  /** All dependents that the store holds, those included that no cache has seen yet. */
  async #storedDependents(owner: GraphNode): Promise<GraphNode[]> {
    const found: GraphNode[] = [];
    for (const definition of this.#definitions) {
      if (owner.namespace !== '' && !definition.namespaced) continue;
      const kind = keyOfDefinition(definition) as ResourceKey;
      const { items } = await this.#resources.client(kind).list(owner.namespace === '' ? undefined : owner.namespace);
      for (const item of items) {
        if (item.metadata.ownerReferences?.some(({ uid }) => uid === owner.uid)) found.push(toNode(kind, item));
      }
    }
    return found;
  }
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}
