import { type Endpoint, type ServicePortRoute, type ServiceRoute } from '../../proto/gen/longshore/routing/v1/routing.js';
import { contains } from '../../lib/net/cidr.js';
import { serviceId, type RoutingTable } from '../routes/routing-table.js';
import { dashed } from './names.js';

/**
 * The routing table as DNS looks at it. Made once for a table; the index for addresses only
 * when somebody asks for one.
 */
export class Zone {
  readonly domain: string;
  readonly #table: RoutingTable;
  #namespaces: ReadonlySet<string> | undefined;
  #namesByAddress: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(table: RoutingTable) {
    this.#table = table;
    this.domain = table.network.clusterDomain.toLowerCase().replace(/\.$/, '');
  }

  service(namespace: string, name: string): ServiceRoute | undefined {
    return this.#table.services.get(serviceId({ namespace, name }));
  }

  /** Whether any service is in `namespace`: the proxy knows of no other namespaces. */
  hasNamespace(namespace: string): boolean {
    this.#namespaces ??= new Set([...this.#table.services.values()].map((service) => service.key?.namespace ?? ''));
    return this.#namespaces.has(namespace);
  }

  /** Whether `address` is of the cluster, so that no other server knows its name. */
  owns(address: string): boolean {
    const { clusterCidr, serviceCidr } = this.#table.network;
    return [clusterCidr, serviceCidr].some((cidr) => cidr !== '' && contains(cidr, address));
  }

  /** Names of a service's address or of an endpoint of a headless service. */
  namesOf(address: string): readonly string[] {
    this.#namesByAddress ??= this.#indexAddresses();
    return this.#namesByAddress.get(address) ?? [];
  }

  nameOf(service: ServiceRoute): string {
    return `${service.key?.name ?? ''}.${service.key?.namespace ?? ''}.svc.${this.domain}`;
  }

  #indexAddresses(): ReadonlyMap<string, readonly string[]> {
    const names = new Map<string, string[]>();
    const add = (address: string, name: string): void => {
      const known = names.get(address);
      if (!known) names.set(address, [name]);
      else if (!known.includes(name)) known.push(name);
    };
    for (const service of this.#table.services.values()) {
      if (service.clusterIp !== '') add(service.clusterIp, this.nameOf(service));
      if (!service.headless) continue;
      for (const endpoint of publishedEndpoints(service)) {
        add(endpoint.ip, `${endpointLabel(endpoint)}.${this.nameOf(service)}`);
      }
    }
    return names;
  }
}

/** Endpoints of a headless service that have names: the ready ones, or all if the service says so. */
export function publishedEndpoints(service: ServiceRoute, ports: readonly ServicePortRoute[] = service.ports): Endpoint[] {
  return ports.flatMap((port) => port.endpoints.filter((endpoint) => service.publishNotReady || endpoint.ready));
}

export function endpointLabel(endpoint: Endpoint): string {
  return endpoint.hostname === '' ? dashed(endpoint.ip) : endpoint.hostname.toLowerCase();
}
