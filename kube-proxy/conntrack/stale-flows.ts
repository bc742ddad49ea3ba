import { type ServicePortRoute, type ServiceRoute } from '../../proto/gen/longshore/routing/v1/routing.js';
import { servingEndpoints } from '../routes/endpoint-selection.js';
import { type RoutingTable } from '../routes/routing-table.js';

/** Selects UDP flows of the kernel's connection tracking; undefined matches any. */
export interface FlowFilter {
  /** Where the client sent it. */
  originalDestination: string | undefined;
  originalPort: number;
  /** Who answers it: the endpoint, or the original destination when it was not translated. */
  replySource: string | undefined;
  replyPort: number;
}

interface Frontend {
  address: string | undefined;
  port: number;
}

/**
 * UDP flows that the change from `previous` to `next` leaves going to the wrong place. The
 * kernel keeps sending a UDP flow where its first packet went, for as long as packets come:
 * to an endpoint that is gone, or untranslated from before the service had endpoints.
 * TCP needs nothing: its connections end.
 */
export function computeStaleFlows(previous: RoutingTable | undefined, next: RoutingTable): FlowFilter[] {
  const flows: FlowFilter[] = [];
  for (const [id, service] of previous?.services ?? []) {
    const following = next.services.get(id);
    if (service !== following) flows.push(...endedFlows(service, following));
  }
  for (const [id, service] of next.services) {
    const former = previous?.services.get(id);
    if (service !== former) flows.push(...untranslatedFlows(former, service));
  }
  return flows;
}

function endedFlows(former: ServiceRoute, service: ServiceRoute | undefined): FlowFilter[] {
  return udpPorts(former).flatMap((port) => {
    const successor = service && udpPorts(service).find((other) => other.port === port.port);
    const still = new Set(service && successor ? servingEndpoints(service, successor).map(addressOf) : []);
    const gone = servingEndpoints(former, port).filter((endpoint) => !still.has(addressOf(endpoint)));
    return frontendsOf(former, port).flatMap((frontend) =>
      gone.map((endpoint) => ({
        originalDestination: frontend.address,
        originalPort: frontend.port,
        replySource: endpoint.ip,
        replyPort: endpoint.port,
      })),
    );
  });
}

function untranslatedFlows(former: ServiceRoute | undefined, service: ServiceRoute): FlowFilter[] {
  return udpPorts(service).flatMap((port) => {
    if (servingEndpoints(service, port).length === 0) return [];
    const predecessor = former && udpPorts(former).find((other) => other.port === port.port);
    const served = former && predecessor && servingEndpoints(former, predecessor).length > 0;
    const known = new Set(served ? frontendsOf(former, predecessor).map(keyOf) : []);
    return frontendsOf(service, port)
      .filter((frontend) => !known.has(keyOf(frontend)))
      .map(({ address, port: number }) => ({
        originalDestination: address,
        originalPort: number,
        replySource: address,
        replyPort: number,
      }));
  });
}

function udpPorts(service: ServiceRoute): ServicePortRoute[] {
  return service.clusterIp === '' ? [] : service.ports.filter((port) => port.protocol === 'UDP');
}

function frontendsOf(service: ServiceRoute, port: ServicePortRoute): Frontend[] {
  const addresses = [service.clusterIp, ...service.externalIps].map((address) => ({ address, port: port.port }));
  return port.nodePort > 0 ? [...addresses, { address: undefined, port: port.nodePort }] : addresses;
}

function addressOf(endpoint: { ip: string; port: number }): string {
  return `${endpoint.ip}:${endpoint.port}`;
}

function keyOf(frontend: Frontend): string {
  return `${frontend.address ?? '*'}:${frontend.port}`;
}
