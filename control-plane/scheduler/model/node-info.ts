import type { Node } from '../../../lib/kubernetes/types/core-v1.js';
import { amountsOf, noAmounts, subtract, sum, type Amounts } from './amounts.js';
import { requiredAntiAffinity } from './affinity-terms.js';
import type { PodInfo } from './pod-info.js';

/** A node with the pods that are, or are about to be, bound to it. */
export class NodeInfo {
  readonly name: string;
  readonly #pods = new Map<string, PodInfo>();
  readonly #podsWithAntiAffinity = new Map<string, PodInfo>();
  readonly #podsOfController = new Map<string, number>();
  #node: Node | undefined;
  #allocatable: Amounts = noAmounts;
  #requested: Amounts = noAmounts;
  #scoredRequested: Amounts = noAmounts;

  constructor(name: string) {
    this.name = name;
  }

  /** Undefined for a node that is gone, or not seen yet, while pods name it. */
  get node(): Node | undefined {
    return this.#node;
  }

  get labels(): Readonly<Record<string, string>> {
    return this.#node?.metadata.labels ?? {};
  }

  get allocatable(): Amounts {
    return this.#allocatable;
  }

  /** Sum of what its pods request. */
  get requested(): Amounts {
    return this.#requested;
  }

  /** The same for scoring, where no pod weighs nothing. */
  get scoredRequested(): Amounts {
    return this.#scoredRequested;
  }

  get podCount(): number {
    return this.#pods.size;
  }

  get pods(): Iterable<PodInfo> {
    return this.#pods.values();
  }

  /** Those of its pods that keep others away. */
  get podsWithAntiAffinity(): Iterable<PodInfo> {
    return this.#podsWithAntiAffinity.values();
  }

  /** How many pods of a controller are here, those that are being deleted left out. */
  podsOfController(controllerUid: string): number {
    return this.#podsOfController.get(controllerUid) ?? 0;
  }

  setNode(node: Node | undefined): void {
    this.#node = node;
    this.#allocatable = amountsOf(node?.status?.allocatable ?? node?.status?.capacity);
  }

  /** Adds a pod, or replaces an older version of it. */
  setPod(info: PodInfo): void {
    this.removePod(info.uid);
    this.#pods.set(info.uid, info);
    if (requiredAntiAffinity(info.pod).length > 0) this.#podsWithAntiAffinity.set(info.uid, info);
    this.#requested = sum(this.#requested, info.requests);
    this.#scoredRequested = sum(this.#scoredRequested, info.scoredRequests);
    this.#countController(info, 1);
  }

  removePod(uid: string): void {
    const info = this.#pods.get(uid);
    if (!info) return;
    this.#pods.delete(uid);
    this.#podsWithAntiAffinity.delete(uid);
    this.#requested = subtract(this.#requested, info.requests);
    this.#scoredRequested = subtract(this.#scoredRequested, info.scoredRequests);
    this.#countController(info, -1);
  }

  #countController({ controllerUid, pod }: PodInfo, by: 1 | -1): void {
    if (controllerUid === undefined || pod.metadata.deletionTimestamp !== undefined) return;
    const count = this.podsOfController(controllerUid) + by;
    if (count === 0) this.#podsOfController.delete(controllerUid);
    else this.#podsOfController.set(controllerUid, count);
  }
}
