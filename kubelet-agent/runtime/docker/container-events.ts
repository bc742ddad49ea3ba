import { abortReason, type Clock } from '../../../lib/clock/clock.js';
import { backoffDelay } from '../../../lib/async/backoff.js';
import type { Logger } from '../../../lib/log/logger.js';
import type { DockerEngine } from './docker-engine.js';
import { label, labelFilter, ownerLabels, type Owner } from './labels.js';

/** What changes a container for us; exec and the like would only make noise. */
const actions = ['create', 'start', 'die', 'oom', 'destroy', 'pause', 'unpause'];

export interface ContainerChange {
  podUid: string;
  containerId: string;
}

/** The engine's container events of this node, as a stream that outlives the engine's restarts. */
export class ContainerEvents {
  readonly #engine: DockerEngine;
  readonly #owner: Owner;
  readonly #clock: Clock;
  readonly #log: Logger;

  constructor(options: { engine: DockerEngine; owner: Owner; clock: Clock; log: Logger }) {
    this.#engine = options.engine;
    this.#owner = options.owner;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /**
   * Changes from now on, until `signal` aborts. 'connected' is said at every connection:
   * what happened before it may have been missed.
   */
  async *read(signal: AbortSignal): AsyncGenerator<ContainerChange | 'connected'> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        const filters = { type: ['container'], event: actions, label: labelFilter(ownerLabels(this.#owner)) };
        const stream = await this.#engine.stream('/events', { filters: JSON.stringify(filters) }, signal);
        failures = 0;
        yield 'connected';
        try {
          for await (const line of lines(stream)) {
            const change = parseEvent(line);
            if (change) yield change;
          }
        } finally {
          stream.destroy();
        }
        if (!signal.aborted) this.#log.info('event stream of the engine ended, connecting again');
      } catch (thrown) {
        if (signal.aborted) return;
        if (failures === 0) this.#log.warn('event stream of the engine failed, connecting again', { error: thrown });
      }
      failures += 1;
      try {
        await this.#clock.sleep(backoffDelay(failures, { initialMs: 100, maxMs: 2_000 }), signal);
      } catch {
        // Only the signal ends a sleep early.
        this.#log.debug('event stream stopped', { reason: abortReason(signal).message });
        return;
      }
    }
  }
}

/** Undefined for an event that is not about one of our containers. Pure. */
export function parseEvent(line: string): ContainerChange | undefined {
  const event = JSON.parse(line) as { Actor?: { ID?: string; Attributes?: Record<string, string> } };
  const podUid = event.Actor?.Attributes?.[label.podUid];
  const containerId = event.Actor?.ID;
  return podUid === undefined || containerId === undefined ? undefined : { podUid, containerId };
}

async function* lines(stream: AsyncIterable<unknown>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of stream) {
    const parts = (rest + String(chunk)).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) if (part.trim() !== '') yield part;
  }
}
