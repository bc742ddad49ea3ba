import { isError } from '../../lib/errors/errors.js';
import { type Logger } from '../../lib/log/logger.js';
import { runCommand, type CommandRunner } from '../commands/command-runner.js';
import { type FlowFilter } from './stale-flows.js';

/** The kernel's connection tracking as a proxy needs it. */
export interface Conntrack {
  /** Forgets the UDP flows that match; none is fine. Never throws: a flow left over ends by itself. */
  deleteUdpFlows(filters: readonly FlowFilter[]): Promise<void>;
}

/** Speaks to the kernel through the `conntrack` program; without it, warns once and does nothing. */
export class ConntrackRunner implements Conntrack {
  readonly #log: Logger;
  readonly #run: CommandRunner;
  #missing = false;

  constructor(options: { log: Logger; run?: CommandRunner }) {
    this.#log = options.log;
    this.#run = options.run ?? runCommand;
  }

  async deleteUdpFlows(filters: readonly FlowFilter[]): Promise<void> {
    for (const filter of filters) {
      if (this.#missing) return;
      await this.#delete(filter);
    }
  }

  async #delete(filter: FlowFilter): Promise<void> {
    try {
      await this.#run('conntrack', conntrackArguments(filter));
    } catch (thrown) {
      if (isError(thrown, 'NotFound')) {
        this.#missing = true;
        this.#log.warn('conntrack is not installed: UDP flows to endpoints that went away last until they idle out');
        return;
      }
      // Nothing matched: the program calls that a failure.
      if (isError(thrown, 'Internal') && String(thrown.fields.stderr).includes('0 flow entries')) return;
      this.#log.warn('UDP flows were not deleted', { filter, error: thrown });
    }
  }
}

function conntrackArguments(filter: FlowFilter): string[] {
  return [
    ...['-D', '-f', 'ipv4', '-p', 'udp'],
    ...(filter.originalDestination === undefined ? [] : ['--orig-dst', filter.originalDestination]),
    ...['--orig-port-dst', String(filter.originalPort)],
    ...(filter.replySource === undefined ? [] : ['--reply-src', filter.replySource]),
    ...['--reply-port-src', String(filter.replyPort)],
  ];
}
