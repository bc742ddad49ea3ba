import type { Clock } from '../../lib/clock/clock.js';
import type { Logger } from '../../lib/log/logger.js';
import type { KubeObject } from '../resources/client.js';
import type { Resources } from '../resources/resources.js';
import type { ControllerMetrics } from './controller-metrics.js';

/** What a controller says about an object; `kubectl describe` shows it. */
export interface RecordedEvent {
  object: KubeObject;
  type: 'Normal' | 'Warning';
  /** Stable CamelCase. */
  reason: string;
  message: string;
  component: string;
}

/** The part of resources/event-recorder.ts that controllers use. Never throws; events are best effort. */
export interface EventPort {
  record(event: RecordedEvent): void;
}

/** What every controller is built from. */
export interface ControllerContext {
  readonly resources: Pick<Resources, 'client' | 'informer' | 'definitions'>;
  readonly recorder: EventPort;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: ControllerMetrics;
}
