import type { Socket } from 'node:net';

import type { Clock } from '../../../../lib/clock/clock.js';
import { isError, LongshoreError } from '../../../../lib/errors/errors.js';
import type { Logger } from '../../../../lib/log/logger.js';
import { isProcessOf } from '../is-process-of.js';
import { dialAddress } from './dial-address.js';
import { NetnsDialer } from './netns-dialer-runner.js';

/** Where a pod's sandbox is to be found. */
export interface SandboxAddress {
  id: string;
  /** As the engine sees it; 0 when it does not run. */
  pid: number;
  /** Empty with hostNetwork. */
  ip: string;
  hostNetwork: boolean;
}

/**
 * Connects to ports of pods. A pod's port is one of its localhost, so that what listens on
 * 127.0.0.1 only is reached too, and sees a caller from there: the connection is made inside
 * the pod's network namespace. Where that cannot be entered (the engine's processes are not
 * seen from here, or nsenter is missing) the pod's address is dialed instead.
 */
export class PortDialer {
  readonly #clock: Clock;
  readonly #log: Logger;
  /** By sandbox id. */
  readonly #dialers = new Map<string, NetnsDialer>();
  #warned = false;

  constructor(options: { clock: Clock; log: Logger }) {
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** @throws LongshoreError Unavailable with the reason when the port cannot be connected to */
  async dial(sandbox: SandboxAddress, port: number, signal: AbortSignal): Promise<Socket> {
    try {
      if (sandbox.hostNetwork) return await dialAddress('127.0.0.1', port, signal);
      return (await this.#dialInside(sandbox, port, signal)) ?? (await dialAddress(sandbox.ip, port, signal));
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      const { message } = LongshoreError.from(thrown);
      throw new LongshoreError('Unavailable', `failed to connect to localhost:${port} inside the pod: ${message}`, {
        cause: thrown,
      });
    }
  }

  /** @returns undefined where the pod's namespace cannot be entered */
  async #dialInside(sandbox: SandboxAddress, port: number, signal: AbortSignal): Promise<Socket | undefined> {
    const known = this.#dialers.get(sandbox.id);
    if (!known && !(await isProcessOf(sandbox.pid, sandbox.id))) return undefined;
    const dialer = this.#dialers.get(sandbox.id) ?? this.#makeDialer(sandbox);
    try {
      return await dialer.dial(port, signal);
    } catch (thrown) {
      if (!isError(thrown, 'FailedPrecondition')) throw thrown;
      if (!this.#warned) this.#log.warn('ports of pods are dialed at their addresses', { reason: thrown.message });
      this.#warned = true;
      return undefined;
    }
  }

  #makeDialer({ id, pid }: SandboxAddress): NetnsDialer {
    const dialer = new NetnsDialer({
      pid,
      clock: this.#clock,
      onEnd: () => {
        if (this.#dialers.get(id) === dialer) this.#dialers.delete(id);
      },
    });
    this.#dialers.set(id, dialer);
    return dialer;
  }
}
