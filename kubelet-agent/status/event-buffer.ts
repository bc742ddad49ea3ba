import type { RecordedEvent } from '../../proto/gen/longshore/node/v1/node.js';
import { backoffDelay } from '../../lib/async/backoff.js';
import { Notification } from '../../lib/async/notification.js';
import type { Clock } from '../../lib/clock/clock.js';
import { isError } from '../../lib/errors/errors.js';
import type { Logger } from '../../lib/log/logger.js';
import type { EventRecorder, PodEvent } from './event-recorder.js';

const capacity = 1_000;
const batchSize = 100;

/** Holds events until the control plane has them; when it is away for long, the oldest are dropped. */
export class EventBuffer implements EventRecorder {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #arrived = new Notification();
  #events: RecordedEvent[] = [];
  #dropped = 0;

  constructor(options: { clock: Clock; log: Logger }) {
    this.#clock = options.clock;
    this.#log = options.log;
  }

  record(event: PodEvent): void {
    this.#log.debug('event', { ...event });
    this.#events.push({
      podNamespace: event.pod.namespace,
      podName: event.pod.name,
      podUid: event.pod.uid,
      fieldPath: event.fieldPath ?? '',
      type: event.type,
      reason: event.reason,
      message: event.message,
      time: new Date(this.#clock.now()),
    });
    if (this.#events.length > capacity) {
      this.#events.shift();
      this.#dropped += 1;
    }
    this.#arrived.notify();
  }

  /**
   * Sends events for as long as one session lasts.
   * @throws LongshoreError when the session is over for another reason than an absent server
   */
  async run(send: (events: RecordedEvent[]) => Promise<void>, signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      if (this.#events.length === 0) {
        await this.#arrived.wait(signal);
        continue;
      }
      const batch = this.#events.slice(0, batchSize);
      try {
        await send(batch);
        failures = 0;
        const sent = new Set(batch);
        this.#events = this.#events.filter((event) => !sent.has(event));
        this.#reportDropped();
      } catch (thrown) {
        if (!isError(thrown, 'Unavailable', 'DeadlineExceeded')) throw thrown;
        failures += 1;
        await this.#clock.sleep(backoffDelay(failures, { initialMs: 200, maxMs: 2_000 }), signal);
      }
    }
  }

  #reportDropped(): void {
    if (this.#dropped > 0) this.#log.warn('events were dropped while the control plane was away', { dropped: this.#dropped });
    this.#dropped = 0;
  }
}
