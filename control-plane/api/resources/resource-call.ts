import type { Clock } from '../../../lib/clock/clock.js';
import type { Logger } from '../../../lib/log/logger.js';
import type { ResourceDefinition } from '../../resources/definition.js';
import type { ResourceRegistry } from '../../resources/registry/registry.js';
import type { Resources } from '../../resources/resources.js';
import type { Call } from '../http/call.js';
import type { ResourceTarget } from '../http/request-info.js';
import type { PodLogSource } from '../logs/pod-log-source.js';
import type { PodStreamSource } from '../streams/pod-stream-source.js';

/** What the handlers of resources work with. */
export interface Services {
  readonly resources: Resources;
  readonly clock: Clock;
  readonly log: Logger;
  readonly podLogs: PodLogSource | undefined;
  readonly podStreams: PodStreamSource | undefined;
}

/** A request to a kind that is served, its path checked against the kind's scope. */
export interface ResourceCall extends Call {
  readonly target: ResourceTarget;
  readonly definition: ResourceDefinition;
  readonly registry: ResourceRegistry;
  readonly services: Services;
  /** What the client is to be told beside the answer, as Warning headers; handlers add to it. */
  readonly warnings: string[];
}

export type ResourceHandler = (call: ResourceCall) => Promise<void>;
