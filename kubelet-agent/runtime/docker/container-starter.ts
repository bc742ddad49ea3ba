import type { ContainerCreateOptions, ContainerInspectInfo } from 'dockerode';
import { isError, LongshoreError } from '../../../lib/errors/errors.js';
import type { Logger } from '../../../lib/log/logger.js';
import { removeContainer } from './container-lifecycle.js';
import type { ContainerObserver } from './container-observer.js';
import type { DockerEngine } from './docker-engine.js';
import { EngineAllowances } from './engine-allowances.js';
import { ownedBy, type Owner } from './labels.js';

/** What became of a start: it runs (or ran), or the engine refused and `info` says why. */
export interface StartOutcome {
  info: ContainerInspectInfo;
  /** The engine's message when it could not be started. */
  failure: LongshoreError | undefined;
}

/**
 * Creates and starts one container: three calls to the engine when nothing is odd. The
 * name makes it idempotent: one that exists already (an agent died half-way) is carried on with.
 */
export class ContainerStarter {
  readonly #engine: DockerEngine;
  readonly #observer: ContainerObserver;
  readonly #owner: Owner;
  readonly #allowances: EngineAllowances;

  constructor(options: {
    engine: DockerEngine;
    observer: ContainerObserver;
    owner: Owner;
    log: Logger;
    missingCapabilities: readonly string[];
  }) {
    this.#engine = options.engine;
    this.#observer = options.observer;
    this.#owner = options.owner;
    this.#allowances = new EngineAllowances(options);
  }

  /** @throws LongshoreError when it could not be created, or the engine does not answer */
  async start(config: ContainerCreateOptions & { name: string }): Promise<StartOutcome> {
    for (;;) {
      const hostConfig = this.#allowances.adapt(config.HostConfig ?? {});
      const { id, existing } = await this.#create({ ...config, HostConfig: hostConfig });
      if (existing && !isUntried(existing)) return { info: existing, failure: undefined };
      const failure = await this.#startCreated(id);
      if (failure && this.#allowances.learn(failure.message, hostConfig)) {
        await removeContainer(this.#engine, id);
        continue;
      }
      return { info: await this.#observer.inspect(id), failure };
    }
  }

  async #create(config: ContainerCreateOptions & { name: string }): Promise<{ id: string; existing?: ContainerInspectInfo }> {
    try {
      const { id } = await this.#engine.call((docker) => docker.createContainer(config));
      return { id };
    } catch (thrown) {
      if (!isError(thrown, 'Conflict')) throw thrown;
      const existing = await this.#observer.inspect(config.name);
      if (!ownedBy(this.#owner, existing.Config.Labels)) {
        throw new LongshoreError('InvalidArgument', `the name ${config.name} is taken by a container of another node`, {
          cause: thrown,
        });
      }
      return { id: existing.Id, existing };
    }
  }

  /** @returns why the engine refused; undefined when it started */
  async #startCreated(id: string): Promise<LongshoreError | undefined> {
    try {
      await this.#engine.call((docker) => docker.getContainer(id).start() as Promise<unknown>);
      return undefined;
    } catch (thrown) {
      const failure = LongshoreError.from(thrown);
      if (failure.code === 'Unavailable') throw failure;
      return failure;
    }
  }
}

/** Created, and nobody tried to start it yet: the agent died between the two calls. */
function isUntried({ State: state }: ContainerInspectInfo): boolean {
  return state.Status === 'created' && state.Error === '';
}
