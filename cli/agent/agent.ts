import type { Server } from 'node:http';

import type { Clock } from '../../lib/clock/clock.js';
import type { AgentConfig } from '../../lib/configuration/agent-configuration.js';
import { type ErrorCode, isError, LongshoreError } from '../../lib/errors/errors.js';
import { identityDirectory, IdentityFile } from '../../lib/identity/identity-file.js';
import { certificateHash, parseJoinToken } from '../../lib/identity/join-token.js';
import { createMetrics, startHealthServer } from '../../lib/lifecycle/health-server.js';
import { claimStateDirectory } from '../../lib/lifecycle/state-directory.js';
import type { ProcessFailure } from '../../lib/lifecycle/supervised-process.js';
import type { Logger } from '../../lib/log/logger.js';
import { childHealth, withChildMetrics } from './agent-health.js';
import { startChild } from './child-runner.js';
import { agentNames, type ChildSpec } from './child-specs.js';
import { serveControlSocket } from './control-socket.js';
import { SupervisedChild } from './supervised-child.js';

/** Refusals that asking again does not mend. */
const finalCodes: readonly ErrorCode[] = [
  'Unauthenticated',
  'PermissionDenied',
  'InvalidArgument',
  'AlreadyExists',
  'FailedPrecondition',
];

/**
 * The agents of one machine, each a process of its own that is started again when it ends.
 * When this process ends, however it ends, so do they; their containers and kernel rules stay.
 * A machine that is refused when it joins is an error and ends; once one of the agents has a
 * certificate, both are kept running whatever the control plane says.
 */
export class MachineAgent {
  readonly #options: MachineAgentOptions;
  readonly #children: readonly SupervisedChild[];
  readonly #ended = new AbortController();
  #refusal: LongshoreError | undefined;

  constructor(options: MachineAgentOptions) {
    const { clock, log } = options;
    this.#options = options;
    const onFailure = (spec: ChildSpec, failure: ProcessFailure): Promise<void> => this.#onFailure(spec, failure);
    this.#children = options.specs.map((spec) => new SupervisedChild({ spec, startChild, onFailure, clock, log }));
  }

  /** Until `signal` aborts and both agents have ended. @throws LongshoreError of the refusal, or when the state directory is taken */
  async run(signal: AbortSignal): Promise<void> {
    const { config, log } = this.#options;
    await claimStateDirectory(config.stateDir);
    const registry = createMetrics('agent');
    const health = await startHealthServer({
      host: '127.0.0.1',
      port: config.healthPort,
      ready: this.#children.map(childHealth),
      metrics: withChildMetrics(registry, this.#children),
    });
    const control = await serveControlSocket(config.stateDir, (name) => this.#restart(name));
    const onHangUp = (): void => void this.#reload();
    process.on('SIGHUP', onHangUp);
    signal.addEventListener('abort', () => this.#ended.abort(), { once: true });
    log.info('agent started', { server: config.join, stateDir: config.stateDir, healthPort: health.port });
    try {
      await Promise.all(this.#children.map((child) => child.run(this.#ended.signal)));
    } finally {
      process.off('SIGHUP', onHangUp);
      await closeServer(control);
      await health.close();
    }
    if (this.#refusal) throw this.#refusal;
  }

  async #restart(name: string): Promise<string> {
    const child = this.#children.find(({ spec }) => spec.name === name);
    if (!child) throw new LongshoreError('InvalidArgument', `there is no agent "${name}": say ${agentNames.join(' or ')}`);
    await child.restart();
    return `${name} restarted${child.state.phase === 'running' ? `, process ${child.state.pid ?? ''}` : ''}`;
  }

  /** SIGHUP: both, one after the other, by the configuration as it is now. */
  async #reload(): Promise<void> {
    const { readSpecs, log } = this.#options;
    try {
      const specs = await readSpecs();
      for (const child of this.#children) {
        const spec = specs.find(({ name }) => name === child.spec.name);
        log.info('restarting the child because of SIGHUP', { child: child.spec.name });
        await child.restart(spec);
      }
    } catch (thrown) {
      log.error('the new configuration is not taken', { reason: LongshoreError.from(thrown).message });
    }
  }

  async #onFailure({ name }: ChildSpec, failure: ProcessFailure): Promise<void> {
    if (!finalCodes.includes(failure.code) || (await this.#hasJoined())) return;
    this.#refusal ??= new LongshoreError(failure.code, `${name} cannot join: ${failure.message}`);
    this.#ended.abort();
  }

  /** Whether an agent has a certificate, of the cluster that the token is of. */
  async #hasJoined(): Promise<boolean> {
    const { token } = this.#options.config;
    const caHash = token === undefined ? undefined : parseJoinToken(token).caHash;
    const found = await Promise.all(
      this.#children.map(({ spec: { role, stateDir } }) => new IdentityFile({ dir: identityDirectory(stateDir), role }).load()),
    );
    return found.some((identity) => identity && (caHash === undefined || certificateHash(identity.caPem) === caHash));
  }
}

export interface MachineAgentOptions {
  config: AgentConfig;
  specs: readonly ChildSpec[];
  /** Reads the configuration again. @throws LongshoreError InvalidArgument */
  readSpecs: () => Promise<readonly ChildSpec[]>;
  clock: Clock;
  log: Logger;
}

/** Whether `thrown` is an answer to whoever started the agent, and not a fault of it. */
export function isRefusal(thrown: unknown): thrown is LongshoreError {
  return isError(thrown, ...finalCodes, 'Conflict');
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.closeAllConnections();
    server.close(() => {
      resolve();
    });
  });
}
