import type { NodeCondition, NodeStatus, ResourceAmounts } from '../../proto/gen/longshore/node/v1/node.js';
import type { Clock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { ContainerRuntime, ObservedImage } from '../runtime/container-runtime.js';
import { computeNodeStatus } from './compute-node-status.js';
import { type MachineReadings, readMachine } from './machine-readings.js';

/** Images and the engine's version change rarely and cost the engine a pass. */
const enginePeriodMs = 60_000;

/** Reads the machine and the engine for every heartbeat. */
export class NodeStatusReader {
  readonly #options: NodeStatusReaderOptions;
  #engine: { name: string; version: string } | undefined;
  #images: readonly ObservedImage[] = [];
  #engineReadMs = -Infinity;
  #conditions: readonly NodeCondition[] = [];

  constructor(options: NodeStatusReaderOptions) {
    this.#options = options;
  }

  async read(): Promise<NodeStatus> {
    const { clock, path, capacity, nodeName, internalIp, problem, version, read = readMachine } = this.#options;
    const engineProblem = await this.#readEngine();
    const status = computeNodeStatus({
      readings: await read(path),
      capacity,
      nodeName,
      internalIp: await internalIp(),
      engine: this.#engine,
      images: this.#images,
      problem: engineProblem ?? problem(),
      version,
      previous: this.#conditions,
      nowMs: clock.now(),
    });
    this.#conditions = status.conditions;
    return status;
  }

  /** @returns why the engine cannot be used; asked anew every time while it cannot */
  async #readEngine(): Promise<string | undefined> {
    const { runtime, clock } = this.#options;
    if (clock.monotonic() - this.#engineReadMs < enginePeriodMs) return undefined;
    try {
      this.#engine = await runtime.version();
      this.#images = await runtime.images();
      this.#engineReadMs = clock.monotonic();
      return undefined;
    } catch (thrown) {
      return `container runtime is down: ${LongshoreError.from(thrown).message}`;
    }
  }
}

export interface NodeStatusReaderOptions {
  clock: Clock;
  runtime: Pick<ContainerRuntime, 'version' | 'images'>;
  /** On the file system that pods use. */
  path: string;
  capacity: Partial<ResourceAmounts>;
  nodeName: string;
  /** Empty while it is not known. */
  internalIp: () => Promise<string>;
  /** Why the node cannot run pods yet; undefined when it can. */
  problem: () => string | undefined;
  version: string;
  read?: (path: string) => Promise<MachineReadings>;
}
