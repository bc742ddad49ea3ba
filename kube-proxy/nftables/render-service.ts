import { type Endpoint, type ServicePortRoute, type ServiceRoute } from '../../proto/gen/longshore/routing/v1/routing.js';
import { localEndpoints, servingEndpoints } from '../routes/endpoint-selection.js';
import { endpointId, portId, setNames } from './names.js';
import { refuseChain } from './render-base.js';
import { type RenderContext } from './render-context.js';
import { makeChain, type Chain, type NftSet } from './ruleset.js';

export interface Element {
  set: string;
  key: string;
  verdict: string;
}

/** What one service adds to the table. */
export interface ServiceRules {
  chains: [string, Chain][];
  sets: [string, NftSet][];
  elements: Element[];
}

/** The rules of `service` on the node of `context`. Headless and ExternalName services have none. */
export function renderService(service: ServiceRoute, context: RenderContext): ServiceRules {
  const rules: ServiceRules = { chains: [], sets: [], elements: [] };
  if (service.headless || service.clusterIp === '') return rules;
  for (const port of service.ports) {
    if (port.protocol === 'TCP' || port.protocol === 'UDP') renderPort(service, port, context, rules);
  }
  return rules;
}

function renderPort(service: ServiceRoute, port: ServicePortRoute, context: RenderContext, rules: ServiceRules): void {
  const id = portId(service.key, port);
  const protocol = port.protocol.toLowerCase();
  const cluster = servingEndpoints(service, port);
  const local = localEndpoints(service, port, context.nodeName);
  const isExternal = port.nodePort > 0 || service.externalIps.length > 0;
  const usesCluster = !service.internalLocal || isExternal;
  const usesLocal = service.internalLocal || (isExternal && service.externalLocal);

  const used = new Map<string, Endpoint>();
  if (usesCluster && cluster.length > 0) addBalancer(`service/${id}`, cluster);
  if (usesLocal && local.length > 0) addBalancer(`local/${id}`, local);
  if (service.sessionAffinitySeconds > 0) {
    for (const endpoint of used.values()) addAffinity(service.sessionAffinitySeconds, id, protocol, endpoint, rules);
  }
  for (const endpoint of used.values()) {
    if (endpoint.nodeName === context.nodeName) add(setNames.hairpin, `${endpoint.ip} . ${endpoint.ip}`);
    else if (!context.sharedHost) add(setNames.remoteEndpoints, `${endpoint.ip} . ${protocol} . ${endpoint.port}`);
  }

  const internal = service.internalLocal ? `local/${id}` : `service/${id}`;
  addFrontend({
    target: service.internalLocal && local.length === 0 ? undefined : internal,
    localOnly: service.internalLocal,
    addresses: [service.clusterIp],
    nodePort: 0,
  });
  if (!isExternal) return;
  let external: string | undefined = `service/${id}`;
  if (service.externalLocal && cluster.length > 0) {
    external = `external/${id}`;
    // Pods and the node itself are inside the cluster, whatever address they use.
    const inside = [`ip saddr ${context.clusterCidr} goto service/${id}`, `fib saddr type local goto service/${id}`];
    rules.chains.push([external, makeChain([...inside, ...(local.length > 0 ? [`goto local/${id}`] : [])])]);
  }
  addFrontend({ target: external, localOnly: service.externalLocal, addresses: service.externalIps, nodePort: port.nodePort });

  function add(set: string, key: string, verdict = ''): void {
    rules.elements.push({ set, key, verdict });
  }

  function addBalancer(chain: string, endpoints: readonly Endpoint[]): void {
    for (const endpoint of endpoints) used.set(endpointId(id, endpoint), endpoint);
    const balancing =
      service.sessionAffinitySeconds > 0
        ? balanceWithAffinity(service.sessionAffinitySeconds, id, endpoints)
        : balance(protocol, endpoints);
    rules.chains.push([chain, makeChain(balancing)]);
  }

  function addFrontend(frontend: {
    target: string | undefined;
    localOnly: boolean;
    addresses: readonly string[];
    nodePort: number;
  }): void {
    const none = cluster.length === 0 ? `goto ${refuseChain}` : frontend.localOnly && local.length === 0 ? 'drop' : undefined;
    for (const address of frontend.addresses) {
      const key = `${address} . ${protocol} . ${port.port}`;
      if (none !== undefined) add(setNames.noEndpoints, key, none);
      if (cluster.length > 0 && frontend.target !== undefined) add(setNames.services, key, `goto ${frontend.target}`);
    }
    if (frontend.nodePort === 0) return;
    const key = `${protocol} . ${frontend.nodePort}`;
    if (none !== undefined) add(setNames.noEndpointNodePorts, key, none);
    if (cluster.length > 0 && frontend.target !== undefined) add(setNames.nodePorts, key, `goto ${frontend.target}`);
  }
}

function balance(protocol: string, endpoints: readonly Endpoint[]): string[] {
  const [first] = endpoints;
  if (first && endpoints.length === 1) return [`meta l4proto ${protocol} dnat to ${first.ip}:${first.port}`];
  const choices = endpoints.map((endpoint, index) => `${index} : ${endpoint.ip} . ${endpoint.port}`).join(', ');
  return [`meta l4proto ${protocol} dnat ip to numgen random mod ${endpoints.length} map { ${choices} }`];
}

function balanceWithAffinity(seconds: number, id: string, endpoints: readonly Endpoint[]): string[] {
  const chainOf = (endpoint: Endpoint): string => `endpoint/${endpointId(id, endpoint)}`;
  const known = endpoints.map(
    (endpoint) => `ip saddr @${affinitySet(seconds, endpointId(id, endpoint))} goto ${chainOf(endpoint)}`,
  );
  const choices = endpoints.map((endpoint, index) => `${index} : goto ${chainOf(endpoint)}`).join(', ');
  return [...known, `numgen random mod ${endpoints.length} vmap { ${choices} }`];
}

/** The clients that an endpoint keeps: the kernel adds them and forgets them after the timeout. */
function addAffinity(seconds: number, id: string, protocol: string, endpoint: Endpoint, rules: ServiceRules): void {
  const name = endpointId(id, endpoint);
  const set = affinitySet(seconds, name);
  const definition = `type ipv4_addr; flags dynamic,timeout; timeout ${seconds}s`;
  rules.sets.push([set, { kind: 'set', definition, elements: 'dynamic' }]);
  const chain = [`update @${set} { ip saddr }`, `meta l4proto ${protocol} dnat to ${endpoint.ip}:${endpoint.port}`];
  rules.chains.push([`endpoint/${name}`, makeChain(chain)]);
}

/** The timeout is part of the name: a set cannot change it. */
function affinitySet(seconds: number, endpoint: string): string {
  return `affinity-${seconds}/${endpoint}`;
}
