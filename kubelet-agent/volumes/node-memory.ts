import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { memoryDirectory, type PodDirectory } from './pod-directory.js';
import type { Mounts } from './mount-runner.js';

/**
 * One tmpfs for all volumes of the node that hold secrets: what containers mount is never
 * on a disk, at the price of one mount instead of one a pod. It is mounted with the first
 * such volume and unmounted with the last pod. Calls run one after another: a volume is
 * never made while the file system under it goes.
 *
 * The agent's own copy of assignments (`assignments/`, root only, mode 0600) is on disk
 * with the secrets in it: a node that reboots without its control plane runs its pods.
 */
export class NodeMemory {
  readonly #root: string;
  readonly #mounts: Mounts;
  #queue: Promise<unknown> = Promise.resolve();
  #mounted = false;

  constructor(options: { stateDir: string; mounts: Mounts }) {
    this.#root = memoryDirectory(options.stateDir);
    this.#mounts = options.mounts;
  }

  /** @returns the volume's directory, mode 0755, on the tmpfs */
  ensureVolume(pod: PodDirectory, name: string): Promise<string> {
    return this.#serially(async () => {
      await this.#ensureMounted();
      const directory = pod.memoryVolume(name);
      await mkdir(directory, { recursive: true, mode: 0o755 });
      await chmod(pod.memory, 0o700);
      return directory;
    });
  }

  /** Deletes the pod's volumes. */
  release(pod: PodDirectory): Promise<void> {
    return this.#serially(async () => {
      await rm(pod.memory, { recursive: true, force: true });
      const left = await readdir(this.#root).catch(() => undefined);
      if (left?.length !== 0) return;
      this.#mounted = false;
      if ((await this.#mounts.list()).includes(this.#root)) await this.#mounts.unmount(this.#root);
    });
  }

  async #ensureMounted(): Promise<void> {
    if (this.#mounted) return;
    await mkdir(this.#root, { recursive: true, mode: 0o700 });
    // A restarted agent finds the mount of the one before.
    if (!(await this.#mounts.list()).includes(this.#root)) await this.#mounts.mountTmpfs(this.#root, { mode: 0o700 });
    this.#mounted = true;
  }

  #serially<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}
