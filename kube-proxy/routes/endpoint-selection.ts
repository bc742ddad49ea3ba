import { type Endpoint, type ServicePortRoute, type ServiceRoute } from '../../proto/gen/longshore/routing/v1/routing.js';

/**
 * The endpoints that new connections go to: the ready ones; when there is none, those that
 * still serve while they terminate (KEP-1669). Sorted by address, so that the rules of an
 * unchanged set do not change.
 */
export function servingEndpoints(
  service: Pick<ServiceRoute, 'publishNotReady'>,
  port: Pick<ServicePortRoute, 'endpoints'>,
): readonly Endpoint[] {
  return choose(service.publishNotReady, port.endpoints);
}

/** The same choice among the endpoints of `nodeName` alone, for the Local traffic policies. */
export function localEndpoints(
  service: Pick<ServiceRoute, 'publishNotReady'>,
  port: Pick<ServicePortRoute, 'endpoints'>,
  nodeName: string,
): readonly Endpoint[] {
  return choose(
    service.publishNotReady,
    port.endpoints.filter((endpoint) => endpoint.nodeName === nodeName),
  );
}

function choose(publishNotReady: boolean, endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const ready = endpoints.filter((endpoint) => publishNotReady || endpoint.ready);
  const chosen = ready.length > 0 ? ready : endpoints.filter((endpoint) => endpoint.serving && endpoint.terminating);
  const distinct = new Map(chosen.map((endpoint) => [`${endpoint.ip}:${endpoint.port}`, endpoint]));
  return [...distinct.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, endpoint]) => endpoint);
}
