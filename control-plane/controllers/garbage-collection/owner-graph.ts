import { isDeepStrictEqual } from 'node:util';

import type { OwnerReference } from '../../../lib/kubernetes/types/meta-v1.js';
import type { KubeObject } from '../../resources/client.js';
import type { ResourceKey } from '../../resources/resource-types.js';

/** What the garbage collector remembers of an object. */
export interface GraphNode {
  readonly kind: ResourceKey;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly owners: readonly OwnerReference[];
  readonly deleting: boolean;
  readonly finalizers: readonly string[];
}

/** Who owns whom, over all kinds, as the informers show it. */
export class OwnerGraph {
  readonly #nodes = new Map<string, GraphNode>();
  readonly #dependents = new Map<string, Set<string>>();

  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid);
  }

  dependentsOf(uid: string): GraphNode[] {
    return [...(this.#dependents.get(uid) ?? [])].flatMap((dependent) => this.#nodes.get(dependent) ?? []);
  }

  /**
   * Takes a change.
   * @returns nodes whose fate it may change: the object itself, its dependents, its owners
   */
  observe(kind: ResourceKey, current: KubeObject | undefined, previous: KubeObject | undefined): GraphNode[] {
    const touched: GraphNode[] = [];
    const next = current && toNode(kind, current);
    const before = previous && this.#nodes.get(previous.metadata.uid ?? '');
    if (before && next && isDeepStrictEqual(before, next)) return touched;
    if (before) {
      this.#remove(before);
      touched.push(...before.owners.flatMap(({ uid }) => this.#nodes.get(uid) ?? []));
      if (before.uid !== next?.uid) touched.push(...this.dependentsOf(before.uid));
    }
    if (next) {
      this.#insert(next);
      touched.push(next);
      if (next.deleting) touched.push(...this.dependentsOf(next.uid));
    }
    return touched;
  }

  #insert(node: GraphNode): void {
    this.#nodes.set(node.uid, node);
    for (const { uid } of node.owners) {
      const dependents = this.#dependents.get(uid);
      if (dependents) dependents.add(node.uid);
      else this.#dependents.set(uid, new Set([node.uid]));
    }
  }

  #remove(node: GraphNode): void {
    this.#nodes.delete(node.uid);
    for (const { uid } of node.owners) {
      const dependents = this.#dependents.get(uid);
      dependents?.delete(node.uid);
      if (dependents?.size === 0) this.#dependents.delete(uid);
    }
  }
}

export function toNode(kind: ResourceKey, { metadata }: KubeObject): GraphNode {
  return {
    kind,
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    owners: metadata.ownerReferences ?? [],
    deleting: metadata.deletionTimestamp !== undefined,
    finalizers: metadata.finalizers ?? [],
  };
}
