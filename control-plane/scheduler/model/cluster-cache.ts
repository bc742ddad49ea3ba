import type { Node, Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { NodeInfo } from './node-info.js';
import { podInfo, type PodInfo } from './pod-info.js';

/** What filters and scorers see of the cluster. */
export interface ClusterView {
  /** The nodes that exist. */
  readonly nodes: readonly NodeInfo[];
  /** On how many nodes an image is present. */
  nodesWithImage(name: string): number;
}

/**
 * The cluster as the scheduler knows it: what informers have told, and the pods that it has
 * placed itself and whose binding they have not told yet.
 *
 *   assume -> (binding is seen) -> assigned -> (pod ends or is deleted) -> gone
 *      +----> (binding failed: forget) --------------------------------------^
 */
export class ClusterCache implements ClusterView {
  readonly #nodes = new Map<string, NodeInfo>();
  /** Name of the node that each pod is counted on. */
  readonly #nodeOfPod = new Map<string, string>();
  readonly #assumed = new Set<string>();
  readonly #nodesWithImage = new Map<string, number>();
  #existing: NodeInfo[] | undefined;

  get nodes(): readonly NodeInfo[] {
    this.#existing ??= [...this.#nodes.values()].filter(({ node }) => node !== undefined);
    return this.#existing;
  }

  nodesWithImage(name: string): number {
    return this.#nodesWithImage.get(name) ?? 0;
  }

  setNode(node: Node): void {
    const info = this.#nodeInfo(node.metadata.name);
    this.#countImages(info.node, -1);
    this.#countImages(node, 1);
    if (!info.node) this.#existing = undefined;
    info.setNode(node);
  }

  removeNode(name: string): void {
    const info = this.#nodeInfo(name);
    this.#countImages(info.node, -1);
    info.setNode(undefined);
    this.#existing = undefined;
    this.#dropIfUnused(info);
  }

  /** Takes a pod that has a node. */
  setPod(pod: Pod): void {
    const { nodeName } = pod.spec;
    if (!nodeName) return;
    const info = podInfo(pod);
    this.#assumed.delete(info.uid);
    this.#place(info, nodeName);
  }

  /** Forgets a pod. @returns whether it was counted on a node */
  removePod(uid: string): boolean {
    this.#assumed.delete(uid);
    return this.#unplace(uid);
  }

  /** Counts a pod on the node that it is about to be bound to. */
  assume(info: PodInfo, nodeName: string): void {
    this.#assumed.add(info.uid);
    this.#place(info, nodeName);
  }

  /** Takes an assumption back; a binding that was seen meanwhile stays. */
  forget(uid: string): void {
    if (this.#assumed.delete(uid)) this.#unplace(uid);
  }

  isAssumed(uid: string): boolean {
    return this.#assumed.has(uid);
  }

  #place(info: PodInfo, nodeName: string): void {
    if (this.#nodeOfPod.get(info.uid) !== nodeName) this.#unplace(info.uid);
    this.#nodeOfPod.set(info.uid, nodeName);
    this.#nodeInfo(nodeName).setPod(info);
  }

  #unplace(uid: string): boolean {
    const nodeName = this.#nodeOfPod.get(uid);
    if (nodeName === undefined) return false;
    this.#nodeOfPod.delete(uid);
    const info = this.#nodeInfo(nodeName);
    info.removePod(uid);
    this.#dropIfUnused(info);
    return true;
  }

  #nodeInfo(name: string): NodeInfo {
    const info = this.#nodes.get(name) ?? new NodeInfo(name);
    this.#nodes.set(name, info);
    return info;
  }

  #dropIfUnused(info: NodeInfo): void {
    if (!info.node && info.podCount === 0) this.#nodes.delete(info.name);
  }

  #countImages(node: Node | undefined, by: 1 | -1): void {
    for (const name of node?.status?.images?.flatMap(({ names }) => names ?? []) ?? []) {
      const count = this.nodesWithImage(name) + by;
      if (count === 0) this.#nodesWithImage.delete(name);
      else this.#nodesWithImage.set(name, count);
    }
  }
}
