import type { ContainerInfo, ContainerInspectInfo } from 'dockerode';
import { isError } from '../../../lib/errors/errors.js';
import type { ObservedPod } from '../container-runtime.js';
import type { DockerEngine } from './docker-engine.js';
import { label, labelFilter, networkName, ownerLabels, type Owner } from './labels.js';
import { mapBounded } from './map-bounded.js';
import { groupByPod, readObserved, type Observed } from './observed.js';

/** Inspections at a time; more makes the engine slower. */
const inspectionsAtOnce = 8;

/**
 * Reads what runs. One list call tells what is there and in which state; only what is new
 * or changed its state is inspected, so looking at 110 quiet pods costs one call.
 */
export class ContainerObserver {
  readonly #engine: DockerEngine;
  readonly #owner: Owner;
  /** By container id. The engine's own word for the state decides whether it still holds. */
  readonly #known = new Map<string, { engineState: string; info: ContainerInspectInfo }>();

  constructor(options: { engine: DockerEngine; owner: Owner }) {
    this.#engine = options.engine;
    this.#owner = options.owner;
  }

  /** Pods of this node, or the one pod when it has anything here. */
  async observe(podUid?: string): Promise<ObservedPod[]> {
    const listed = await this.list(podUid === undefined ? {} : { [label.podUid]: podUid });
    if (podUid === undefined) this.#forgetAllBut(new Set(listed.map(({ Id }) => Id)));
    const observed: Observed[] = [];
    for (const info of await mapBounded(listed, inspectionsAtOnce, (one) => this.#infoOf(one))) {
      const one = info && readObserved(info, networkName(this.#owner));
      if (one) observed.push(one);
    }
    return groupByPod(observed);
  }

  /** Containers of this node that carry all of `labels`, in any state. */
  list(labels: Record<string, string>): Promise<ContainerInfo[]> {
    const filters = { label: labelFilter({ ...ownerLabels(this.#owner), ...labels }) };
    return this.#engine.call((docker) => docker.listContainers({ all: true, filters }));
  }

  /**
   * Inspects now, whatever is known.
   * @param reference id or name
   * @throws LongshoreError NotFound
   */
  async inspect(reference: string): Promise<ContainerInspectInfo> {
    const info = await this.#engine.call((docker) => docker.getContainer(reference).inspect());
    const engineState = info.State.Status;
    // A container that is about to start changes without changing its state: never kept.
    if (engineState !== 'created') this.#known.set(info.Id, { engineState, info });
    return info;
  }

  /** What was last seen of a container, else an inspection. For what never changes, such as its configuration. */
  async known(id: string): Promise<ContainerInspectInfo> {
    return this.#known.get(id)?.info ?? (await this.inspect(id));
  }

  forgetAll(): void {
    this.#known.clear();
  }

  /** An event says that it changed. */
  forget(id: string): void {
    this.#known.delete(id);
  }

  async #infoOf({ Id: id, State: state }: ContainerInfo): Promise<ContainerInspectInfo | undefined> {
    const known = this.#known.get(id);
    if (known?.engineState === state) return known.info;
    try {
      return await this.inspect(id);
    } catch (thrown) {
      // Removed since it was listed.
      if (isError(thrown, 'NotFound')) return undefined;
      throw thrown;
    }
  }

  #forgetAllBut(ids: ReadonlySet<string>): void {
    for (const id of this.#known.keys()) if (!ids.has(id)) this.#known.delete(id);
  }
}
