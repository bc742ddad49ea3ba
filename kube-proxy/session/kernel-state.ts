import type { Applied } from './applied-reporter.js';

/**
 * What the kernel has, put together from the table's sync and the routes to other nodes. It is
 * whole once both have been looked at, and told at every change and to every new listener.
 */
export class KernelState {
  #synced: Pick<Applied, 'revision' | 'error'> | undefined;
  #unreachable: readonly string[] | undefined;
  #listener: (applied: Applied) => void = () => undefined;

  /** @param options.hasRoutes without routes to other nodes there is none that could be missing */
  constructor({ hasRoutes }: { hasRoutes: boolean }) {
    if (!hasRoutes) this.#unreachable = [];
  }

  synced(revision: string, error: string): void {
    this.#synced = { revision, error };
    this.#tell();
  }

  unreachable(nodes: readonly string[]): void {
    if (this.#unreachable?.join() === nodes.join()) return;
    this.#unreachable = nodes;
    this.#tell();
  }

  /** Replaces the listener, and tells it what is known. */
  listen(listener: (applied: Applied) => void): void {
    this.#listener = listener;
    this.#tell();
  }

  #tell(): void {
    if (this.#synced && this.#unreachable) this.#listener({ ...this.#synced, unreachableNodes: [...this.#unreachable] });
  }
}
