import { expect } from 'chai';

import { type Endpoint } from '../../proto/gen/longshore/routing/v1/routing.js';
import { makeEndpoint, makeNode, makePort, makeService, makeTable } from '../../test/support/routing-tables.js';
import { withClusterDnsRoute } from './cluster-dns-route.js';
import { localEndpoints, servingEndpoints } from './endpoint-selection.js';

const ready = makeEndpoint('10.244.1.2', 80);
const elsewhere = makeEndpoint('10.244.2.2', 80, { nodeName: 'n2' });
const starting = makeEndpoint('10.244.1.3', 80, { ready: false, serving: false });
const ending = makeEndpoint('10.244.1.4', 80, { ready: false, terminating: true });
const unreadyServing = makeEndpoint('10.244.1.5', 80, { ready: false });

describe('servingEndpoints', () => {
  const cases: [string, Endpoint[], Endpoint[], boolean?][] = [
    ['only ready ones while there is one', [ready, starting, ending], [ready]],
    ['those that serve while they terminate when none is ready', [starting, ending, unreadyServing], [ending]],
    ['none when none can serve', [starting], []],
    ['all when the service publishes those that are not ready', [ready, starting], [ready, starting], true],
    ['each address once, in a stable order', [elsewhere, ready, ready], [ready, elsewhere]],
  ];
  for (const [title, endpoints, expected, publishNotReady = false] of cases) {
    it(`are ${title}`, () => {
      expect(servingEndpoints({ publishNotReady }, { endpoints })).to.deep.equal(expected);
    });
  }
});

describe('localEndpoints', () => {
  it('are chosen among those of the node alone', () => {
    const port = { endpoints: [elsewhere, ending] };
    expect(localEndpoints({ publishNotReady: false }, port, 'n1')).to.deep.equal([ending]);
    expect(localEndpoints({ publishNotReady: false }, port, 'n2')).to.deep.equal([elsewhere]);
  });
});

describe('withClusterDnsRoute', () => {
  const addresses = (nodes: ReturnType<typeof makeNode>[], services: Parameters<typeof makeTable>[0] = []): unknown =>
    withClusterDnsRoute(makeTable(services, { nodeRoutes: nodes }), 'n1')
      .services.get('kube-system/kube-dns')
      ?.ports.map((port) => [port.protocol, port.port, port.endpoints.map(({ ip }) => ip)]);

  it('leads to the DNS servers of the other ready nodes', () => {
    expect(addresses([makeNode(1), makeNode(2), makeNode(3, { ready: false }), makeNode(4, { podCidr: '' })])).to.deep.equal([
      ['UDP', 53, ['10.244.2.1']],
      ['TCP', 53, ['10.244.2.1']],
    ]);
  });

  it('leads to this node when it is alone', () => {
    expect(addresses([makeNode(1), makeNode(2, { ready: false })])).to.deep.include(['UDP', 53, ['10.244.1.1']]);
  });

  it('keeps the other ports of the service', () => {
    const key = { namespace: 'kube-system', name: 'kube-dns' };
    const service = makeService('kube-dns', '10.96.0.10', [makePort(53, []), makePort(9153, [ready], { name: 'metrics' })], {
      key,
    });
    expect(addresses([makeNode(1)], [service])).to.deep.include(['TCP', 9153, ['10.244.1.2']]);
  });
});
