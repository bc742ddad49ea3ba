import { expect } from 'chai';

import { silentLogger, type Logger } from '../../lib/log/logger.js';
import { type NodeRoute, type ServiceRoute } from '../../proto/gen/longshore/routing/v1/routing.js';
import { makeEndpoint, makeNode, makePort, makeService } from '../../test/support/routing-tables.js';
import { Admission } from './admission.js';

const good = makeEndpoint('10.244.1.5', 8080);

describe('Admission', () => {
  let warnings: Record<string, unknown>[];
  let admission: Admission;

  beforeEach(() => {
    warnings = [];
    const log: Logger = { ...silentLogger, warn: (_message, fields = {}) => void warnings.push(fields) };
    admission = new Admission({ log });
  });

  const admit = (services: ServiceRoute[], nodes: NodeRoute[] = []) =>
    admission.admit({ revision: '1', network: undefined, services, removedServices: [], nodes, removedNodes: [] });

  it('hands on what is right, as it is', () => {
    const services = [
      makeService('web', '10.96.0.20', [makePort(80, [good], { nodePort: 30080 })], { externalIps: ['203.0.113.7'] }),
      makeService('db', '', [makePort(0, [makeEndpoint('10.244.1.5', 0)])], { headless: true }),
      makeService('alias', '', [], { externalName: 'example.com' }),
    ];
    const nodes = [makeNode(1), makeNode(2, { podCidr: '', internalIp: '' })];
    const admitted = admit(services, nodes);
    admitted.services.forEach((service, index) => expect(service).to.equal(services[index]));
    admitted.nodes.forEach((node, index) => expect(node).to.equal(nodes[index]));
    expect(warnings).to.deep.equal([]);
  });

  const wrong: [string, ServiceRoute, string][] = [
    [
      'an IPv6 endpoint',
      makeService('s', '10.96.0.9', [makePort(80, [good, makeEndpoint('fd00::5', 80)])]),
      'endpoint fd00::5 port 80',
    ],
    [
      'an odd endpoint',
      makeService('s', '10.96.0.9', [makePort(80, [good, makeEndpoint('0x7f.1', 80)])]),
      'endpoint 0x7f.1 port 80',
    ],
    [
      'an endpoint without port',
      makeService('s', '10.96.0.9', [makePort(80, [good, makeEndpoint('10.1.1.1', 0)])]),
      'endpoint 10.1.1.1 port 0',
    ],
    [
      'an IPv6 externalIP',
      makeService('s', '10.96.0.9', [makePort(80, [good])], { externalIps: ['fd00::7'] }),
      'externalIP fd00::7',
    ],
    ['an odd externalIP', makeService('s', '10.96.0.9', [makePort(80, [good])], { externalIps: ['1'] }), 'externalIP 1'],
    ['a port out of range', makeService('s', '10.96.0.9', [makePort(80, [good]), makePort(70_000, [good])]), 'port 70000'],
    [
      'an endless affinity',
      makeService('s', '10.96.0.9', [makePort(80, [good])], { sessionAffinitySeconds: 1e9 }),
      'session affinity of 1000000000 s',
    ],
  ];
  for (const [title, service, problem] of wrong) {
    it(`leaves out ${title} and keeps the rest of its service`, () => {
      const [admitted] = admit([service]).services;
      expect(admitted).to.deep.equal(makeService('s', '10.96.0.9', [makePort(80, [good])]));
      expect(warnings).to.deep.equal([{ service: 'default/s', problem }]);
    });
  }

  it('takes a service whose own address or name cannot be expressed for removed', () => {
    const key = { namespace: 'default', name: 'x { }' };
    const admitted = admit([
      makeService('v6', 'fd00::1', []),
      makeService('ok', '10.96.0.9', []),
      makeService('x', '10.96.0.8', [], { key }),
    ]);
    expect(admitted.services.map((service) => service.key?.name)).to.deep.equal(['ok']);
    expect(admitted.removedServices.map(({ name }) => name)).to.deep.equal(['v6', 'x { }']);
    expect(warnings.map(({ service }) => service)).to.deep.equal(['default/v6', 'default/x { }']);
  });

  it('takes wrong addresses of a node for none', () => {
    const admitted = admit([], [makeNode(1, { podCidr: 'fd00::/64' }), makeNode(2, { internalIp: 'fd00::2' })]);
    expect(admitted.nodes).to.deep.equal([makeNode(1, { podCidr: '' }), makeNode(2, { internalIp: '' })]);
    expect(warnings.map(({ node }) => node)).to.deep.equal(['n1', 'n2']);
  });

  it('warns once, until something else is wrong or it was right in between', () => {
    const bad = (...externalIps: string[]): ServiceRoute => makeService('s', '10.96.0.9', [], { externalIps });
    for (const service of [bad('1'), bad('1'), bad('1', '2'), bad(), bad('1')]) admit([service]);
    expect(warnings.map(({ problem }) => problem)).to.deep.equal(['externalIP 1', 'externalIP 1, externalIP 2', 'externalIP 1']);
  });

  it('names a few of many', () => {
    admit([makeService('s', '10.96.0.9', [], { externalIps: ['1', '2', '3', '4', '5'] })]);
    expect(warnings[0]?.problem).to.equal('externalIP 1, externalIP 2, externalIP 3, and 2 more');
  });
});
