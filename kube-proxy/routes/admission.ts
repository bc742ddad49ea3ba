import { isIPv4 } from 'node:net';

import { type Logger } from '../../lib/log/logger.js';
import { type NodeRoute, type ServiceKey, type ServiceRoute } from '../../proto/gen/longshore/routing/v1/routing.js';
import { serviceId, type RoutingTableChange } from './routing-table.js';

/** Longest affinity that the API takes, in seconds. */
const longestAffinity = 86_400;
/** How many wrong values a warning names. */
const shown = 3;

/**
 * Lets only that into a table which IPv4 rules can express: one transaction brings all of it
 * into the kernel, so a single odd address would stop every change of every service. The API
 * refuses such objects; this is for what it let through. What is left out is named in one
 * warning for each service or node, again only when it changes.
 */
export class Admission {
  readonly #log: Logger;
  /** What is wrong with whom, as it was said last. */
  readonly #said = new Map<string, string>();

  constructor(options: { log: Logger }) {
    this.#log = options.log;
  }

  /** `change` without what cannot be expressed; a service that is left out whole counts as removed. */
  admit<Change extends RoutingTableChange>(change: Change): Change {
    const services: ServiceRoute[] = [];
    const left: ServiceKey[] = [];
    for (const service of change.services) {
      const { value, problems } = admitService(service);
      this.#say('service', serviceId(service.key), problems);
      if (value) services.push(value);
      else if (service.key) left.push(service.key);
    }
    const nodes = change.nodes.map((node) => {
      const { value, problems } = admitNode(node);
      this.#say('node', node.name, problems);
      return value;
    });
    for (const key of change.removedServices) this.#say('service', serviceId(key), []);
    return { ...change, services, nodes, removedServices: [...change.removedServices, ...left] };
  }

  #say(kind: 'service' | 'node', name: string, problems: readonly string[]): void {
    const key = `${kind} ${name}`;
    const more = problems.length > shown ? `, and ${problems.length - shown} more` : '';
    const text = problems.slice(0, shown).join(', ') + more;
    if (text === '') this.#said.delete(key);
    else if (this.#said.get(key) !== text) {
      this.#said.set(key, text);
      this.#log.warn('left out of the rules what IPv4 rules cannot express', { [kind]: name, problem: text });
    }
  }
}

function admitService(service: ServiceRoute): { value: ServiceRoute | undefined; problems: string[] } {
  const { namespace = '', name = '' } = service.key ?? {};
  // They become names of chains.
  if (!isLabel(namespace) || !isLabel(name)) return { value: undefined, problems: ['its name'] };
  if (service.clusterIp !== '' && !isIPv4(service.clusterIp)) {
    return { value: undefined, problems: [`clusterIP ${service.clusterIp}`] };
  }
  const problems: string[] = [];
  const keep = <Item>(items: readonly Item[], isGood: (item: Item) => boolean, show: (item: Item) => string): Item[] => {
    problems.push(...items.filter((item) => !isGood(item)).map(show));
    return items.filter(isGood);
  };
  const externalIps = keep(service.externalIps, isIPv4, (address) => `externalIP ${address}`);
  const ports = keep(
    service.ports,
    (port) => isPort(port.port, service.headless) && isPort(port.nodePort, true),
    (port) => `port ${port.port}`,
  ).map((port) => ({
    ...port,
    endpoints: keep(
      port.endpoints,
      (endpoint) => isIPv4(endpoint.ip) && isPort(endpoint.port, service.headless),
      (endpoint) => `endpoint ${endpoint.ip} port ${endpoint.port}`,
    ),
  }));
  const seconds = service.sessionAffinitySeconds;
  const hasGoodAffinity = seconds >= 0 && seconds <= longestAffinity;
  if (!hasGoodAffinity) problems.push(`session affinity of ${seconds} s`);
  if (problems.length === 0) return { value: service, problems };
  return { value: { ...service, externalIps, ports, sessionAffinitySeconds: hasGoodAffinity ? seconds : 0 }, problems };
}

/** A node with wrong addresses counts as one that has none yet. */
function admitNode(node: NodeRoute): { value: NodeRoute; problems: string[] } {
  const podCidr = node.podCidr === '' || isCidr(node.podCidr) ? node.podCidr : '';
  const internalIp = isIPv4(node.internalIp) ? node.internalIp : '';
  const problems = [
    ...(podCidr === node.podCidr ? [] : [`pod CIDR ${node.podCidr}`]),
    ...(internalIp === node.internalIp ? [] : [`InternalIP ${node.internalIp}`]),
  ];
  return { value: problems.length === 0 ? node : { ...node, podCidr, internalIp }, problems };
}

function isLabel(text: string): boolean {
  return /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text);
}

function isPort(port: number, mayBeNone: boolean): boolean {
  return port >= (mayBeNone ? 0 : 1) && port <= 65_535;
}

function isCidr(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/');
  return rest.length === 0 && isIPv4(address) && /^\d{1,2}$/.test(bits) && Number(bits) <= 32;
}
