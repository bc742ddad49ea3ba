import { expect } from 'chai';
import fc from 'fast-check';

import type { Pod, Service } from '../../../lib/kubernetes/types/core-v1.js';
import type { EndpointSlice } from '../../../lib/kubernetes/types/discovery-v1.js';
import { makeNode, makePod, makeService, type PodOptions } from '../objects/builders.js';
import { computeSlices } from './compute.js';
import type { SlicePlan } from './pack.js';

const labels = { app: 'web' };
const podOf = (name: string, options: PodOptions = {}): Pod =>
  makePod(name, { labels, node: 'n1', ip: '10.244.0.5', ready: true, ...options });

function plan(service: Service, pods: Pod[], slices: EndpointSlice[] = []): SlicePlan {
  return computeSlices({ service, pods, slices, node: () => undefined });
}

/** The slices after a plan was applied. */
function apply({ create, update, remove }: SlicePlan, slices: EndpointSlice[] = []): EndpointSlice[] {
  const kept = slices.filter((slice) => !remove.includes(slice));
  return [...kept.map((slice) => update.find(({ metadata }) => metadata.name === slice.metadata.name) ?? slice), ...create];
}

const writes = ({ create, update, remove }: SlicePlan): number[] => [create.length, update.length, remove.length];

describe('computeSlices', () => {
  it('says where a ready pod is', () => {
    const [slice] = plan(makeService('web', {}, { team: 'a' }), [podOf('p1', { uid: 'u1' })]).create;
    expect(slice?.metadata.name).to.match(/^web-[a-z0-9]{5}$/);
    expect(slice?.metadata.labels).to.deep.equal({
      team: 'a',
      'kubernetes.io/service-name': 'web',
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    });
    expect(slice?.metadata.ownerReferences?.[0]).to.include({ kind: 'Service', name: 'web', uid: 'service-web' });
    expect(slice?.addressType).to.equal('IPv4');
    expect(slice?.ports).to.deep.equal([{ name: '', port: 8080, protocol: 'TCP' }]);
    expect(slice?.endpoints).to.deep.equal([
      {
        addresses: ['10.244.0.5'],
        conditions: { ready: true, serving: true, terminating: false },
        nodeName: 'n1',
        targetRef: { kind: 'Pod', name: 'p1', namespace: 'default', uid: 'u1' },
      },
    ]);
  });

  const conditions: [string, PodOptions, Partial<NonNullable<Service['spec']>>, unknown][] = [
    ['not ready', { ready: false }, {}, { ready: false, serving: false, terminating: false }],
    ['terminating', { deleting: true }, {}, { ready: false, serving: true, terminating: true }],
    [
      'published though not ready',
      { ready: false },
      { publishNotReadyAddresses: true },
      { ready: true, serving: false, terminating: false },
    ],
  ];
  for (const [what, pod, service, expected] of conditions) {
    it(`gives the conditions of a pod that is ${what}`, () => {
      expect(plan(makeService('web', service), [podOf('p1', pod)]).create[0]?.endpoints?.[0]?.conditions).to.deep.equal(expected);
    });
  }

  it('leaves out finished pods, pods without an address and pods of others', () => {
    const pods = [podOf('done', { phase: 'Succeeded' }), makePod('new', { labels }), podOf('other', { labels: { app: 'db' } })];
    expect(plan(makeService('web'), pods).create[0]?.endpoints).to.deep.equal([]);
  });

  it('resolves named ports in each pod and separates those that differ', () => {
    const service = makeService('web', { ports: [{ name: 'http', port: 80, targetPort: 'web', protocol: 'TCP' }] });
    const pods = [
      podOf('p1', { ports: [{ name: 'web', containerPort: 8080 }] }),
      podOf('p2', { ports: [{ name: 'web', containerPort: 9090 }] }),
      podOf('p3', { ports: [{ name: 'web', containerPort: 7070, protocol: 'UDP' }] }),
    ];
    const { create } = plan(service, pods);
    expect(
      create.map(({ ports, endpoints }) => [ports?.[0]?.port, endpoints?.map(({ targetRef }) => targetRef?.name)]),
    ).to.deep.equal([
      [8080, ['p1']],
      [9090, ['p2']],
    ]);
  });

  it('gives the zone of the node, and the hostname under the own subdomain', () => {
    const node = makeNode('n1');
    node.metadata.labels = { 'topology.kubernetes.io/zone': 'z1' };
    const pods = [
      podOf('p1', { hostname: 'db-0', subdomain: 'web' }),
      podOf('p2', { hostname: 'db-1', subdomain: 'other', ip: '10.244.0.6' }),
    ];
    const { create } = computeSlices({ service: makeService('web', { clusterIP: 'None' }), pods, slices: [], node: () => node });
    expect(create[0]?.endpoints?.map(({ hostname, zone }) => [hostname, zone])).to.deep.equal([
      ['db-0', 'z1'],
      [undefined, 'z1'],
    ]);
    expect(create[0]?.metadata.labels).to.have.property('service.kubernetes.io/headless');
  });

  it('keeps one empty slice for a service without pods, and turns it into a full one', () => {
    const service = makeService('web');
    const empty = apply(plan(service, []));
    expect(empty).to.have.length(1);
    expect(writes(plan(service, [], empty))).to.deep.equal([0, 0, 0]);
    expect(writes(plan(service, [podOf('p1')], empty))).to.deep.equal([0, 1, 0]);
  });

  it('does not use slices of a deleted service of the same name', () => {
    const slices = apply(plan(makeService('web'), [podOf('p1')]));
    const successor = makeService('web');
    successor.metadata.uid = 'service-web-again';
    expect(writes(plan(successor, [podOf('p1')], slices))).to.deep.equal([1, 0, 1]);
  });

  it('writes one slice when one pod of many changes', () => {
    const service = makeService('web');
    const pods = Array.from({ length: 250 }, (_, index) => podOf(`p${index}`, { uid: `u${index}`, ip: `10.244.1.${index}` }));
    const slices = apply(plan(service, pods));
    expect(slices.map(({ endpoints }) => endpoints?.length)).to.deep.equal([100, 100, 50]);
    const changed = pods.map((pod, index) => (index === 7 ? podOf('p7', { uid: 'u7', ip: '10.244.1.7', ready: false }) : pod));
    expect(writes(plan(service, changed, slices))).to.deep.equal([0, 1, 0]);
    expect(writes(plan(service, changed.slice(0, 249), apply(plan(service, changed, slices), slices)))).to.deep.equal([0, 1, 0]);
  });

  it('chooses the same names again, so that a stale cache cannot double a slice', () => {
    const names = (): string[] => plan(makeService('web'), [podOf('p1')]).create.map(({ metadata }) => metadata.name);
    expect(names()).to.deep.equal(names());
  });

  it('holds every pod exactly once after any history, and is then at rest', () => {
    const world = fc.array(fc.array(fc.tuple(fc.integer({ min: 0, max: 259 }), fc.boolean()), { maxLength: 260 }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(world, (rounds) => {
        const service = makeService('web');
        let slices: EndpointSlice[] = [];
        for (const round of rounds) {
          const pods = [...new Map(round)].map(([index, ready]) =>
            podOf(`p${index}`, { uid: `u${index}`, ip: `10.244.2.${index}`, ready }),
          );
          slices = apply(plan(service, pods, slices), slices);
          const found = slices.flatMap(({ endpoints }) => endpoints ?? []);
          expect(found.map(({ targetRef }) => targetRef?.uid).sort()).to.deep.equal(
            pods.map(({ metadata }) => metadata.uid).sort(),
          );
          slices.forEach(({ endpoints }) => expect(endpoints?.length).to.be.at.most(100));
          expect(writes(plan(service, pods, slices))).to.deep.equal([0, 0, 0]);
        }
      }),
      { numRuns: 30 },
    );
  });
});
