import type { ContainerRuntime, ObservedPod } from '../runtime/container-runtime.js';

/**
 * Looks at the engine on behalf of many pods: one pass at a time, and those who ask while
 * a pass is under way share the next one. A pass for one pod asks for that pod only.
 */
export class PodObserver {
  readonly #runtime: Pick<ContainerRuntime, 'observe'>;
  #waiting: { podUid: string; resolve: (pod: ObservedPod | undefined) => void; reject: (error: unknown) => void }[] = [];
  #busy = false;

  constructor(options: { runtime: Pick<ContainerRuntime, 'observe'> }) {
    this.#runtime = options.runtime;
  }

  /** The pod as it is on the engine at some moment after the call; undefined when nothing of it is there. */
  observe(podUid: string): Promise<ObservedPod | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ podUid, resolve, reject });
      if (!this.#busy) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#busy = true;
    // After the caller's turn, so that pods woken together are looked at together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      const uids = new Set(batch.map(({ podUid }) => podUid));
      try {
        const pods = await this.#runtime.observe(uids.size === 1 ? batch[0]?.podUid : undefined);
        const byUid = new Map(pods.map((pod) => [pod.podUid, pod]));
        for (const { podUid, resolve } of batch) resolve(byUid.get(podUid));
      } catch (thrown) {
        for (const { reject } of batch) reject(thrown);
      }
    }
    this.#busy = false;
  }
}
