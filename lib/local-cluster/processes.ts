import { systemClock } from '../clock/clock.js';
import { LongshoreError } from '../errors/errors.js';
import type { Cluster } from './cluster-file.js';
import { probeReady } from './health.js';
import type { Layout } from './layout.js';
import { signalProcess, startDetached } from './process-runner.js';
import { computeProcessSpecs, type ProcessSpec } from './process-specs.js';
import { readProcessTable } from './process-table.js';

/** A process that was told to stop is killed after this; more than it gives itself (runProcess). */
const stopGraceMs = 15_000;

/** The processes of one local cluster, each by its name in `longshore status`. */
export class ClusterProcesses {
  readonly #cluster: Cluster;
  readonly #layout: Layout;

  constructor(cluster: Cluster, layout: Layout) {
    this.#cluster = cluster;
    this.#layout = layout;
  }

  get specs(): ProcessSpec[] {
    return computeProcessSpecs(this.#cluster, this.#layout);
  }

  /** Undefined while it does not run. */
  async pid(name: string): Promise<number | undefined> {
    const { stateDir } = this.#spec(name);
    return (await readProcessTable(this.#layout.dir)).find((process) => process.stateDir === stateDir)?.pid;
  }

  /** Starts it unless it runs. */
  async start(name: string): Promise<void> {
    if ((await this.pid(name)) === undefined) startDetached(this.#spec(name), this.#layout.log(name));
  }

  /** @throws LongshoreError NotFound when it does not run */
  async signal(name: string, signal: NodeJS.Signals): Promise<void> {
    const pid = await this.pid(name);
    if (pid === undefined) throw new LongshoreError('NotFound', `${name} does not run`);
    signalProcess(pid, signal);
  }

  /** kill -9, and resolves once it is gone. One that does not run is left so. */
  async kill(name: string): Promise<void> {
    await this.#end(name, 'SIGKILL');
  }

  /** SIGTERM, and resolves once it is gone. */
  async stop(name: string): Promise<void> {
    await this.#end(name, 'SIGTERM');
  }

  /** Waits for its /readyz. @throws LongshoreError DeadlineExceeded with what it says */
  async untilReady(name: string, timeoutMs = 30_000): Promise<void> {
    const { healthPort } = this.#spec(name);
    const deadline = systemClock.monotonic() + timeoutMs;
    for (;;) {
      const problem = await probeReady(healthPort);
      if (problem === undefined) return;
      if (systemClock.monotonic() > deadline) {
        throw new LongshoreError('DeadlineExceeded', `${name} is not ready: ${problem}; its log is ${this.#layout.log(name)}`);
      }
      await systemClock.sleep(20);
    }
  }

  async #end(name: string, signal: NodeJS.Signals): Promise<void> {
    const pid = await this.pid(name);
    if (pid === undefined) return;
    signalProcess(pid, signal);
    const deadline = systemClock.monotonic() + stopGraceMs;
    while ((await this.pid(name)) === pid) {
      if (systemClock.monotonic() > deadline) signalProcess(pid, 'SIGKILL');
      await systemClock.sleep(10);
    }
  }

  #spec(name: string): ProcessSpec {
    const specs = this.specs;
    const spec = specs.find((candidate) => candidate.name === name);
    if (spec) return spec;
    throw new LongshoreError('NotFound', `there is no process ${name}: ${specs.map((one) => one.name).join(', ')} there are`);
  }
}
