import { expect } from 'chai';

import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { makePod, makeService, type PodOptions } from '../objects/builders.js';
import { computeEndpoints } from './compute.js';

const labels = { app: 'web' };
const podOf = (name: string, ip: string, options: PodOptions = {}): Pod =>
  makePod(name, { labels, node: 'n1', ip, ready: true, uid: name, ...options });

describe('computeEndpoints', () => {
  it('separates ready from unready addresses', () => {
    const pods = [podOf('b', '10.244.0.6'), podOf('a', '10.244.0.5'), podOf('c', '10.244.0.7', { ready: false })];
    const { subsets, metadata } = computeEndpoints(makeService('web', {}, { team: 'a' }), pods);
    expect(metadata.labels).to.deep.equal({ team: 'a', 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' });
    expect(
      subsets?.map(({ addresses, notReadyAddresses, ports }) => [
        addresses?.map(({ ip }) => ip),
        notReadyAddresses?.map(({ ip }) => ip),
        ports,
      ]),
    ).to.deep.equal([[['10.244.0.5', '10.244.0.6'], ['10.244.0.7'], [{ port: 8080, protocol: 'TCP' }]]]);
    expect(subsets?.[0]?.addresses?.[0]).to.deep.equal({
      ip: '10.244.0.5',
      nodeName: 'n1',
      targetRef: { kind: 'Pod', name: 'a', namespace: 'default', uid: 'a' },
    });
  });

  it('drops terminating pods unless unready ones are published', () => {
    const pods = [podOf('a', '10.244.0.5', { deleting: true })];
    expect(computeEndpoints(makeService('web'), pods).subsets).to.equal(undefined);
    expect(computeEndpoints(makeService('web', { publishNotReadyAddresses: true }), pods).subsets?.[0]?.addresses).to.have.length(
      1,
    );
  });

  it('joins ports that the same pods serve and separates others', () => {
    const service = makeService('web', {
      ports: [
        { name: 'http', port: 80, targetPort: 'web' },
        { name: 'metrics', port: 9100, targetPort: 9100 },
        { name: 'admin', port: 9200, targetPort: 9200 },
      ],
    });
    const pods = [
      podOf('a', '10.244.0.5', { ports: [{ name: 'web', containerPort: 8080 }] }),
      podOf('b', '10.244.0.6', { ports: [{ name: 'web', containerPort: 9090 }] }),
    ];
    const shape = computeEndpoints(service, pods).subsets?.map(({ addresses, ports }) => [
      addresses?.map(({ targetRef }) => targetRef?.name).join(),
      ports?.map(({ name, port }) => `${name}:${port}`).join(),
    ]);
    expect(shape).to.have.deep.members([
      ['a,b', 'admin:9200,metrics:9100'],
      ['a', 'http:8080'],
      ['b', 'http:9090'],
    ]);
  });

  it('lists the addresses of a headless service without ports', () => {
    const { subsets, metadata } = computeEndpoints(makeService('web', { clusterIP: 'None', ports: [] }), [
      podOf('a', '10.244.0.5'),
    ]);
    expect(subsets).to.have.length(1);
    expect(subsets?.[0]?.ports).to.equal(undefined);
    expect(metadata.labels).to.have.property('service.kubernetes.io/headless', '');
  });

  it('keeps a thousand addresses, ready ones first, and says so', () => {
    const pods = Array.from({ length: 1100 }, (_, index) =>
      podOf(`p${index}`, `10.244.${index >> 8}.${index & 255}`, { ready: index >= 300 }),
    );
    const { subsets, metadata } = computeEndpoints(makeService('web'), pods);
    expect(subsets?.[0]?.addresses).to.have.length(800);
    expect(subsets?.[0]?.notReadyAddresses).to.have.length(200);
    expect(metadata.annotations).to.deep.equal({ 'endpoints.kubernetes.io/over-capacity': 'truncated' });
  });
});
