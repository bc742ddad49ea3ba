import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

import type { RequestInfo, ResourceTarget } from '../http/request-info.js';

/** Verbs whose requests last as long as the client likes: no latency, a gauge instead. */
const longRunningSubresources = new Set(['log', 'exec', 'attach', 'portforward', 'proxy']);

/** How many requests, how long they took and how many last, under the names that Kubernetes gives them. */
export class ApiMetrics {
  readonly #requests: Counter<'verb' | 'group' | 'version' | 'resource' | 'subresource' | 'code'>;
  readonly #durations: Histogram<'verb' | 'group' | 'version' | 'resource' | 'subresource'>;
  readonly #longRunning: Gauge<'verb' | 'group' | 'version' | 'resource' | 'subresource'>;

  readonly #isServed: (target: ResourceTarget) => boolean;

  /**
   * @param options.isServed whether a resource exists. Others share one set of labels: what
   *   clients make up must not grow the metrics
   */
  constructor({ registry, isServed }: { registry: Registry; isServed: (target: ResourceTarget) => boolean }) {
    this.#isServed = isServed;
    const labelNames = ['verb', 'group', 'version', 'resource', 'subresource'] as const;
    this.#requests = new Counter({
      name: 'apiserver_request_total',
      help: 'Requests answered, by verb, resource and HTTP code.',
      labelNames: [...labelNames, 'code'],
      registers: [registry],
    });
    this.#durations = new Histogram({
      name: 'apiserver_request_duration_seconds',
      help: 'Time to answer a request, in seconds, without watches and logs.',
      labelNames,
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers: [registry],
    });
    this.#longRunning = new Gauge({
      name: 'apiserver_longrunning_requests',
      help: 'Watches and log streams that are open.',
      labelNames,
      registers: [registry],
    });
  }

  /** @returns what to call once the request has been answered */
  begin(info: RequestInfo): (code: number, durationMs: number) => void {
    const labels = this.#labelsOf(info);
    const long = isLongRunning(info);
    if (long) this.#longRunning.inc(labels);
    return (code, durationMs) => {
      this.#requests.inc({ ...labels, code: String(code) });
      if (long) this.#longRunning.dec(labels);
      else this.#durations.observe(labels, durationMs / 1000);
    };
  }

  #labelsOf({ verb, resource }: RequestInfo): Record<'verb' | 'group' | 'version' | 'resource' | 'subresource', string> {
    const served = resource && this.#isServed(resource) ? resource : undefined;
    const { group = '', version = '', resource: plural = '', subresource = '' } = served ?? {};
    return {
      verb: verbs.has(verb) ? verb.toUpperCase() : 'OTHER',
      group,
      version,
      resource: plural,
      subresource: subresources.has(subresource) ? subresource : '',
    };
  }
}

const verbs = new Set(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection', 'post', 'put']);
const subresources = new Set(['status', 'scale', 'binding', 'eviction', 'finalize', ...longRunningSubresources]);

export function isLongRunning({ verb, resource }: RequestInfo): boolean {
  return verb === 'watch' || longRunningSubresources.has(resource?.subresource ?? '');
}
