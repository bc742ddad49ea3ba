import { createHash } from 'node:crypto';
import type { Clock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { Event } from '../../lib/kubernetes/types/core-v1.js';
import type { Logger } from '../../lib/log/logger.js';
import type { KubeObject, ResourceClient } from './client.js';
import { TokenBuckets } from './token-buckets.js';
import { timestamp } from './registry/timestamp.js';

export interface EventDetails {
  /** What it is about. */
  object: KubeObject;
  type: 'Normal' | 'Warning';
  /** Stable, CamelCase: FailedScheduling. */
  reason: string;
  message: string;
  /** Who says so: default-scheduler. */
  component: string;
  /** The node that it happened on. */
  host?: string;
  /** Part of the object: spec.containers{web} */
  fieldPath?: string;
}

interface Pending {
  readonly details: EventDetails;
  readonly firstMs: number;
  lastMs: number;
  count: number;
}

/** What may wait to be written; beyond that the oldest go. */
const maxPending = 2_000;
/** Events a single object may have at once, and how fast that comes back. */
const burst = 25;
const refillMs = 10_000;

/**
 * Writes Kubernetes events. Equal ones (object, reason, message) become one with a count.
 * An event is a courtesy: recording never blocks and never throws, and what cannot be
 * written is dropped and logged. Nothing decides anything from an event.
 */
export class EventRecorder {
  readonly #events: ResourceClient<Event>;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #buckets: TokenBuckets;
  readonly #pending = new Map<string, Pending>();
  #wake: (() => void) | undefined;

  constructor(options: { events: ResourceClient<Event>; clock: Clock; log: Logger }) {
    this.#events = options.events;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#buckets = new TokenBuckets({ clock: options.clock, burst, refillMs });
  }

  record(details: EventDetails): void {
    const nowMs = this.#clock.now();
    const name = eventName(details);
    const waiting = this.#pending.get(name);
    if (waiting) {
      waiting.count += 1;
      waiting.lastMs = nowMs;
      return;
    }
    if (!this.#buckets.take(objectIdentity(details))) {
      this.#log.debug('event dropped, too many about one object', {
        object: details.object.metadata.name,
        reason: details.reason,
      });
      return;
    }
    if (this.#pending.size >= maxPending) {
      const [oldest = ''] = this.#pending.keys();
      this.#pending.delete(oldest);
      this.#log.warn('event dropped, too many wait to be written', { event: oldest });
    }
    this.#pending.set(name, { details, firstMs: nowMs, lastMs: nowMs, count: 1 });
    this.#wake?.();
  }

  /** Writes what is recorded, until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const onAbort = (): void => this.#wake?.();
    signal.addEventListener('abort', onAbort, { once: true });
    while (!signal.aborted) {
      await this.flush();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        if (signal.aborted || this.#pending.size > 0) resolve();
      });
    }
    signal.removeEventListener('abort', onAbort);
  }

  /** Writes everything that waits. */
  async flush(): Promise<void> {
    for (;;) {
      const [next] = this.#pending;
      if (!next) return;
      const [name, pending] = next;
      this.#pending.delete(name);
      try {
        await this.#write(name, pending);
      } catch (thrown) {
        this.#log.debug('event not written', { event: name, error: LongshoreError.from(thrown) });
      }
    }
  }

  async #write(name: string, pending: Pending): Promise<void> {
    const namespace = pending.details.object.metadata.namespace ?? 'default';
    const counted = await this.#events.modify(namespace, name, (event) => {
      event.count = (event.count ?? 1) + pending.count;
      event.lastTimestamp = timestamp(pending.lastMs);
    });
    if (!counted) await this.#events.create(newEvent(name, namespace, pending));
  }
}

function newEvent(name: string, namespace: string, { details, firstMs, lastMs, count }: Pending): Event {
  const { apiVersion, kind, metadata } = details.object;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: {
      apiVersion,
      kind,
      name: metadata.name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      ...(metadata.uid === undefined ? {} : { uid: metadata.uid }),
      ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
      ...(details.fieldPath === undefined ? {} : { fieldPath: details.fieldPath }),
    },
    type: details.type,
    reason: details.reason,
    message: details.message.slice(0, 1024),
    source: { component: details.component, ...(details.host === undefined ? {} : { host: details.host }) },
    reportingComponent: details.component,
    reportingInstance: details.host ?? '',
    firstTimestamp: timestamp(firstMs),
    lastTimestamp: timestamp(lastMs),
    count,
  };
}

/** The same event always has the same name, so that it is found again after a restart too. */
function eventName(details: EventDetails): string {
  const { type, reason, message, component, host = '', fieldPath = '' } = details;
  const identity = JSON.stringify([objectIdentity(details), type, reason, message, component, host, fieldPath]);
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 16);
  return `${details.object.metadata.name.slice(0, 230)}.${hash}`;
}

function objectIdentity({ object }: EventDetails): string {
  return `${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}/${object.metadata.uid ?? ''}`;
}
