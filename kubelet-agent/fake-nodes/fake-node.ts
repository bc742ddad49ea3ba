import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';

import { Registry } from 'prom-client';

import type { Clock } from '../../lib/clock/clock.js';
import { linkedController } from '../../lib/async/signals.js';
import type { HealthCheck } from '../../lib/lifecycle/health-server.js';
import { supervise } from '../../lib/lifecycle/supervise.js';
import type { Logger } from '../../lib/log/logger.js';
import { agentTasks } from '../agent-tasks.js';
import type { FakeNodesConfig, KubeletAgentConfig } from '../config.js';
import { KubeletAgent } from '../kubelet-agent.js';
import type { RunProbe } from '../probes/run-probe.js';
import { FakeRuntime } from '../runtime/fake/fake-runtime.js';
import { harmlessVolumes, noMounts } from './harmless-volumes.js';
import { imageBehaviour, probeOutcome } from './image-behaviour.js';
import { NodeRelay } from './node-relay.js';
import { quietMachine } from './quiet-machine.js';

/**
 * One node of the fake kind: the real agent over a container engine in memory.
 *
 *   stopped --(start)--> running --(kill)--> stopped ...
 *
 * The engine outlives the agent, as a machine's engine does: an agent that is started again
 * finds the containers of the one before.
 */
export class FakeNode {
  readonly name: string;
  readonly #options: FakeNodeOptions;
  readonly #config: KubeletAgentConfig;
  readonly #relay: NodeRelay;
  readonly #runtime: FakeRuntime;
  readonly #readMachine = quietMachine();
  #running: { stop: () => void; ended: Promise<void>; readiness: readonly HealthCheck[] } | undefined;

  private constructor(name: string, relay: NodeRelay, options: FakeNodeOptions) {
    const { tokenFile, stateDir, logLevel } = options.config;
    this.name = name;
    this.#options = options;
    this.#relay = relay;
    this.#runtime = new FakeRuntime({ clock: options.clock, behaviour: imageBehaviour });
    this.#config = {
      nodeName: name,
      server: relay.address,
      stateDir: join(stateDir, name),
      ...{
        token: undefined,
        tokenFile,
        nodeIp: undefined,
        sharedHost: true,
        capacity: {},
        nodeLabels: {},
        registerWithTaints: [],
      },
      ...{ dockerHost: undefined, healthPort: 0, logLevel },
    };
  }

  static async create(name: string, options: FakeNodeOptions): Promise<FakeNode> {
    return new FakeNode(name, await NodeRelay.listen(options.config.server), options);
  }

  /** Why the agent does not do its work; undefined when it does, or is stopped. */
  async problem(): Promise<string | undefined> {
    for (const readiness of this.#running?.readiness ?? []) {
      const problem = await readiness.check();
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  /** Starts the agent unless it runs. */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#running) return;
    const { clock, log, onBroken } = this.#options;
    await mkdir(this.#config.stateDir, { recursive: true, mode: 0o700 });
    const agent = new KubeletAgent({
      config: this.#config,
      engine: this.#runtime,
      createRuntime: () => Promise.resolve(this.#runtime),
      mounts: noMounts,
      wrapVolumes: harmlessVolumes,
      runProbe: this.#runProbe,
      readMachine: this.#readMachine,
      metrics: new Registry(),
      clock,
      log: log.child({ node: this.name }),
    });
    const life = linkedController(signal);
    const { tasks, readiness } = agentTasks(agent, this.#config, { clock, log: log.child({ node: this.name }) });
    const run = async (): Promise<void> => {
      await agent.restore();
      await supervise(tasks, { signal: life.signal, log });
    };
    const ended = run().catch((thrown: unknown) => {
      if (!life.signal.aborted) onBroken(thrown);
    });
    this.#running = { stop: () => life.abort(), ended, readiness: [...readiness, ...agent.readiness] };
    void ended.finally(() => life[Symbol.dispose]());
  }

  /** The agent ends; its containers go on. */
  async killAgent(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    running?.stop();
    await running?.ended;
  }

  /** As a machine that loses its power: the agent and every container end. */
  async kill(): Promise<void> {
    await this.killAgent();
    this.#runtime.powerOff();
  }

  /** Nothing passes between the node and the control plane. */
  cut(): void {
    this.#relay.cut();
  }

  join(): void {
    this.#relay.join();
  }

  async close(): Promise<void> {
    await this.killAgent();
    await this.#relay.close();
  }

  readonly #runProbe: RunProbe = (_probe, { containerId, kind }) => {
    const container = this.#runtime.find(containerId);
    if (!container?.running) return Promise.resolve({ result: 'unknown', message: 'the container does not run' });
    const { image, startedAtMs } = container.observed;
    return Promise.resolve(probeOutcome(image, kind, this.#options.clock.now() - startedAtMs));
  };
}

export interface FakeNodeOptions {
  config: FakeNodesConfig;
  /** An agent has ended by itself: a broken invariant. */
  onBroken: (thrown: unknown) => void;
  clock: Clock;
  log: Logger;
}
