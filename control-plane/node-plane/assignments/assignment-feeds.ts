import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { keyOf, type KubeObject } from '../../resources/client.js';
import { DirtyKeys } from '../dirty-keys.js';
import type { NodePlaneInformers } from '../informers.js';

/**
 * Tells each node's stream which of its pods may have changed: the pod itself, or a
 * ConfigMap, Secret or service account that it uses. A change costs as much as the pods that
 * it concerns, whatever the size of the cluster.
 */
export class AssignmentFeeds {
  readonly #informers: NodePlaneInformers;
  readonly #byNode = new Map<string, Set<DirtyKeys>>();

  constructor(options: { informers: NodePlaneInformers }) {
    this.#informers = options.informers;
    const { pods, configMaps, secrets, serviceAccounts } = options.informers;
    pods.onChange((current, previous) => {
      if (current) this.#mark(current);
      if (previous && previous.spec?.nodeName !== current?.spec?.nodeName) this.#mark(previous);
    });
    configMaps.onChange((current, previous) => {
      this.#markUsers('configMap', current ?? previous);
    });
    secrets.onChange((current, previous) => {
      this.#markUsers('secret', current ?? previous);
    });
    serviceAccounts.onChange((current, previous) => {
      this.#markUsers('serviceAccount', current ?? previous);
    });
  }

  /** Keys ("namespace/name") of pods of `nodeName` that may have changed from now on; dispose of it at the end. */
  subscribe(nodeName: string): { keys: DirtyKeys } & Disposable {
    const keys = new DirtyKeys();
    const feeds = this.#byNode.get(nodeName) ?? new Set();
    feeds.add(keys);
    this.#byNode.set(nodeName, feeds);
    return {
      keys,
      [Symbol.dispose]: () => {
        feeds.delete(keys);
        if (feeds.size === 0 && this.#byNode.get(nodeName) === feeds) this.#byNode.delete(nodeName);
      },
    };
  }

  #mark(pod: Pod): void {
    for (const feed of this.#byNode.get(pod.spec?.nodeName ?? '') ?? []) feed.add(keyOf(pod));
  }

  #markUsers(index: string, object: KubeObject | undefined): void {
    if (!object || this.#byNode.size === 0) return;
    for (const pod of this.#informers.pods.byIndex(index, keyOf(object))) this.#mark(pod);
  }
}
