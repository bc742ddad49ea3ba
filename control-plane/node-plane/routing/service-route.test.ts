import { expect } from 'chai';

import type { Node, Service } from '../../../lib/kubernetes/types/core-v1.js';
import type { EndpointSlice } from '../../../lib/kubernetes/types/discovery-v1.js';
import { nodeRoute } from './node-route.js';
import { serviceRoute } from './service-route.js';

const service = (spec: Service['spec']): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'default', name: 'web' },
  spec,
});
const slice = (name: string, changes: Partial<EndpointSlice>): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { namespace: 'default', name },
  addressType: 'IPv4',
  ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  endpoints: [],
  ...changes,
});

describe('serviceRoute', () => {
  it('joins the endpoints of all slices by port name, once each, in order', () => {
    const route = serviceRoute(service({ clusterIP: '10.96.0.5', ports: [{ name: 'http', port: 80, nodePort: 30080 }] }), [
      slice('b', { endpoints: [{ addresses: ['10.244.1.2'], conditions: { ready: false, serving: true, terminating: true } }] }),
      slice('a', { endpoints: [{ addresses: ['10.244.0.9'], nodeName: 'n1' }, { addresses: ['10.244.1.2'] }] }),
      slice('c', { ports: [{ name: 'other', port: 1 }], endpoints: [{ addresses: ['10.244.3.3'] }] }),
      slice('d', { addressType: 'IPv6', endpoints: [{ addresses: ['fd00::1'] }] }),
    ]);
    expect(route).to.deep.include({ clusterIp: '10.96.0.5', headless: false, externalName: '', sessionAffinitySeconds: 0 });
    expect(route.ports).to.have.length(1);
    expect(route.ports[0]).to.include({ name: 'http', protocol: 'TCP', port: 80, nodePort: 30080 });
    expect(route.ports[0]?.endpoints.map(({ ip, port }) => `${ip}:${port}`)).to.deep.equal([
      '10.244.0.9:8080',
      '10.244.1.2:8080',
    ]);
    expect(route.ports[0]?.endpoints[0]).to.include({ nodeName: 'n1', ready: true, serving: true, terminating: false });
  });

  const kinds: [string, Service['spec'], object][] = [
    ['headless', { clusterIP: 'None', ports: [{ port: 80 }] }, { headless: true, clusterIp: '' }],
    [
      'ExternalName',
      { type: 'ExternalName', externalName: 'example.org' },
      { externalName: 'example.org', headless: false, ports: [] },
    ],
    [
      'with affinity',
      { clusterIP: '10.96.0.5', sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } },
      { sessionAffinitySeconds: 60 },
    ],
    [
      'with affinity for three hours by default',
      { clusterIP: '10.96.0.5', sessionAffinity: 'ClientIP' },
      { sessionAffinitySeconds: 10_800 },
    ],
    [
      'local',
      { clusterIP: '10.96.0.5', externalTrafficPolicy: 'Local', internalTrafficPolicy: 'Local' },
      { externalLocal: true, internalLocal: true },
    ],
  ];
  for (const [title, spec, expected] of kinds) {
    it(`translates a service that is ${title}`, () => {
      expect(serviceRoute(service(spec), [])).to.deep.include(expected);
    });
  }

  it('publishes the endpoints of a headless service without ports, for DNS', () => {
    const route = serviceRoute(service({ clusterIP: 'None' }), [
      slice('a', { ports: [], endpoints: [{ addresses: ['10.244.0.9'], hostname: 'web-0' }] }),
    ]);
    expect(route.ports[0]).to.include({ name: '', port: 0 });
    expect(route.ports[0]?.endpoints[0]).to.include({ ip: '10.244.0.9', hostname: 'web-0' });
  });
});

describe('nodeRoute', () => {
  const node = (changes: Partial<Node>): Node => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n1' },
    spec: {},
    ...changes,
  });

  it('needs a pod CIDR and an address', () => {
    expect(nodeRoute(node({}))).to.equal(undefined);
    expect(nodeRoute(node({ spec: { podCIDR: '10.244.0.0/24' } }))).to.equal(undefined);
    expect(
      nodeRoute(
        node({
          spec: { podCIDR: '10.244.0.0/24' },
          status: {
            addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
            conditions: [{ type: 'Ready', status: 'Unknown' }],
          },
        }),
      ),
    ).to.deep.equal({ name: 'n1', podCidr: '10.244.0.0/24', internalIp: '10.0.0.1', ready: false });
  });
});
