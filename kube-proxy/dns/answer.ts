import { type Answer, type Question } from 'dns-packet';

import { type Endpoint, type ServicePortRoute, type ServiceRoute } from '../../proto/gen/longshore/routing/v1/routing.js';
import { parseClusterName, parseReverseName, dashed, type ClusterName } from './names.js';
import { addressRecord, clusterTtl, found, noData, noSuchName, type Reply } from './records.js';
import { endpointLabel, publishedEndpoints, type Zone } from './zone.js';

/** The cluster's answer, or where to look for it. */
export type ClusterAnswer =
  | { kind: 'reply'; reply: Reply }
  /** The name is a service's alias for `target`, whose records belong to the answer too. */
  | { kind: 'alias'; record: Answer; target: string }
  /** Not the cluster's: ask the servers of the host. */
  | { kind: 'foreign' };

/** What the cluster knows about `question`. The order of records is that of the table: shuffle it. */
export function answerQuestion(zone: Zone, question: Question): ClusterAnswer {
  const name = question.name.toLowerCase().replace(/\.$/, '');
  const parsed = parseClusterName(name, zone.domain);
  if (parsed) return answerClusterName(zone, question, parsed);
  const address = parseReverseName(name);
  if (address === undefined) return { kind: 'foreign' };
  const names = zone.namesOf(address);
  if (names.length === 0) return zone.owns(address) ? reply(noSuchName(zone.domain)) : { kind: 'foreign' };
  if (!asksFor(question, 'PTR')) return reply(noData(zone.domain));
  return reply(found(names.map((data) => ({ type: 'PTR', name: question.name, ttl: clusterTtl, data }))));
}

function answerClusterName(zone: Zone, question: Question, name: ClusterName): ClusterAnswer {
  switch (name.kind) {
    case 'zone':
      return reply(noData(zone.domain));
    case 'version':
      if (!asksFor(question, 'TXT')) return reply(noData(zone.domain));
      return reply(found([{ type: 'TXT', name: question.name, ttl: clusterTtl, data: '1.1.0' }]));
    case 'namespace':
      return reply(zone.hasNamespace(name.namespace) ? noData(zone.domain) : noSuchName(zone.domain));
    case 'pod':
      if (!asksFor(question, 'A')) return reply(noData(zone.domain));
      return reply(found([addressRecord(question.name, name.address)]));
    case 'service':
    case 'endpoint':
    case 'port':
      return answerServiceName(zone, question, name);
    case 'unknown':
      return reply(noSuchName(zone.domain));
  }
}

type ServiceName = Extract<ClusterName, { service: string }>;

function answerServiceName(zone: Zone, question: Question, name: ServiceName): ClusterAnswer {
  const service = zone.service(name.namespace, name.service);
  if (!service) return reply(noSuchName(zone.domain));
  if (name.kind === 'service' && service.externalName !== '') {
    const target = service.externalName.replace(/\.$/, '');
    return { kind: 'alias', target, record: { type: 'CNAME', name: question.name, ttl: clusterTtl, data: target } };
  }
  if (name.kind === 'port') return reply(answerPorts(zone, question, service, portsNamed(service, name)));
  if (name.kind === 'endpoint') return reply(answerAddresses(zone, question, endpointAddresses(service, name.hostname)));
  if (asksFor(question, 'SRV') && question.type === 'SRV') return reply(answerPorts(zone, question, service, service.ports));
  return reply(answerAddresses(zone, question, serviceAddresses(service)));
}

/** @param addresses undefined when there is no such name */
function answerAddresses(zone: Zone, question: Question, addresses: readonly string[] | undefined): Reply {
  if (!addresses) return noSuchName(zone.domain);
  if (addresses.length === 0 || !asksFor(question, 'A')) return noData(zone.domain);
  return found(addresses.map((address) => addressRecord(question.name, address)));
}

function answerPorts(zone: Zone, question: Question, service: ServiceRoute, ports: readonly ServicePortRoute[]): Reply {
  const numbered = ports.filter((port) => port.port > 0);
  if (numbered.length === 0) return ports === service.ports ? noData(zone.domain) : noSuchName(zone.domain);
  if (!asksFor(question, 'SRV')) return noData(zone.domain);
  const targets = new Map<string, { target: string; port: number; address: string }>();
  const add = (target: string, port: number, address: string): void => {
    targets.set(`${target}:${port}`, { target, port, address });
  };
  const serviceName = zone.nameOf(service);
  for (const port of numbered) {
    if (!service.headless) add(serviceName, port.port, service.clusterIp);
    else
      for (const endpoint of publishedEndpoints(service, [port]))
        add(`${endpointLabel(endpoint)}.${serviceName}`, endpoint.port, endpoint.ip);
  }
  if (targets.size === 0) return noData(zone.domain);
  const records = [...targets.values()];
  const weight = Math.max(1, Math.floor(100 / records.length));
  const additionals = new Map(records.map(({ target, address }) => [target, addressRecord(target, address)]));
  return found(
    records.map(({ target, port }) => ({
      type: 'SRV',
      name: question.name,
      ttl: clusterTtl,
      data: { priority: 0, weight, port, target },
    })),
    [...additionals.values()],
  );
}

function portsNamed(service: ServiceRoute, name: { port: string; protocol: string }): ServicePortRoute[] {
  return service.ports.filter((port) => port.name.toLowerCase() === name.port && port.protocol.toLowerCase() === name.protocol);
}

function serviceAddresses(service: ServiceRoute): readonly string[] {
  if (!service.headless) return service.clusterIp === '' ? [] : [service.clusterIp];
  return distinct(publishedEndpoints(service));
}

function endpointAddresses(service: ServiceRoute, hostname: string): readonly string[] | undefined {
  const matching = publishedEndpoints(service).filter(
    (endpoint) => endpointLabel(endpoint) === hostname || dashed(endpoint.ip) === hostname,
  );
  return service.headless && matching.length > 0 ? distinct(matching) : undefined;
}

function distinct(endpoints: readonly Endpoint[]): string[] {
  return [...new Set(endpoints.map((endpoint) => endpoint.ip))];
}

function asksFor(question: Question, type: string): boolean {
  return question.type === type || (question.type as string) === 'ANY';
}

function reply(answer: Reply): ClusterAnswer {
  return { kind: 'reply', reply: answer };
}
