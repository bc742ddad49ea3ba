import { expect } from 'chai';
import fc from 'fast-check';
import type { Pod } from '../../lib/kubernetes/types/core-v1.js';
import { computePlacement } from './compute-placement.js';
import { makeNode, makePod } from './fake-cluster.js';
import { ClusterCache } from './model/cluster-cache.js';
import { computePodRequests } from './model/pod-requests.js';
import { podInfo } from './model/pod-info.js';
import { hostPortsOf } from './model/host-ports.js';

const cpu = fc.integer({ min: 0, max: 3000 }).map((millis) => `${millis}m`);
const memory = fc.integer({ min: 0, max: 3000 }).map((mebibytes) => `${mebibytes}Mi`);
const podSpec = fc.record({
  cpu,
  memory,
  hostPort: fc.option(fc.integer({ min: 80, max: 82 })),
  owner: fc.option(fc.constantFrom('rs-1', 'rs-2')),
});
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('place' as const), pod: podSpec }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('confirm' as const, 'fail' as const, 'end' as const), index: fc.nat(30) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const nodeSpec = fc.record({
  cpu: fc.integer({ min: 0, max: 8 }).map(String),
  memory: fc.integer({ min: 0, max: 8 }).map((gibibytes) => `${gibibytes}Gi`),
  pods: fc.integer({ min: 0, max: 6 }).map(String),
});

/** Plays steps on a cache as the scheduler does. @returns where every pod that still counts is */
function play(steps: readonly Step[], cache: ClusterCache, random: () => number): Map<Pod, string> {
  const placed = new Map<Pod, string>();
  steps.forEach((one, number) => {
    if (one.kind === 'place') {
      const { hostPort, owner, ...requests } = one.pod;
      const pod = makePod(`p${number}`, {
        ...requests,
        ...(owner && { owner }),
        container: {
          resources: { requests },
          ...(hostPort && { ports: [{ containerPort: 1, hostPort }] }),
        },
      });
      const placement = computePlacement(podInfo(pod), cache, { random });
      if (placement.kind !== 'placed') return;
      cache.assume(podInfo(pod), placement.nodeName);
      placed.set(pod, placement.nodeName);
      return;
    }
    const [pod, nodeName] = [...placed][one.index % Math.max(1, placed.size)] ?? [];
    if (!pod || nodeName === undefined) return;
    if (one.kind === 'confirm') {
      const bound = { ...pod, spec: { ...pod.spec, nodeName } };
      cache.setPod(bound);
      placed.delete(pod);
      placed.set(bound, nodeName);
    } else {
      if (one.kind === 'fail') cache.forget(pod.metadata.uid ?? '');
      else cache.removePod(pod.metadata.uid ?? '');
      if (one.kind === 'end' || !pod.spec.nodeName) placed.delete(pod);
    }
  });
  return placed;
}

describe('scheduling, for all clusters and pods', () => {
  it('never over-commits a node, nor gives a port of it twice', () => {
    fc.assert(
      fc.property(fc.array(nodeSpec, { maxLength: 4 }), fc.array(step, { maxLength: 40 }), fc.nat(), (nodes, steps, seed) => {
        const cache = new ClusterCache();
        nodes.forEach((allocatable, n) => {
          cache.setNode(makeNode(`n${n}`, { allocatable }));
        });
        const placed = play(steps, cache, () => (seed % 97) / 97);
        for (const node of cache.nodes) {
          const pods = [...placed].filter(([, nodeName]) => nodeName === node.name).map(([pod]) => pod);
          const total = (name: string): number => pods.reduce((sum, pod) => sum + (computePodRequests(pod).get(name) ?? 0), 0);
          expect(pods.length).to.be.at.most(node.allocatable.get('pods') ?? 0);
          for (const name of ['cpu', 'memory']) {
            expect(total(name)).to.be.at.most(node.allocatable.get(name) ?? 0);
            expect(node.requested.get(name) ?? 0, 'what the cache counts is what is there').to.equal(total(name));
          }
          const ports = pods.flatMap(hostPortsOf).map(({ port }) => port);
          expect(new Set(ports).size).to.equal(ports.length);
        }
      }),
    );
  });

  it('places the replicas of one owner evenly over equal nodes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 20 }),
        podSpec,
        fc.nat(),
        (nodes, replicas, spec, seed) => {
          const cache = new ClusterCache();
          for (let n = 0; n < nodes; n++) cache.setNode(makeNode(`n${n}`, { allocatable: { cpu: '1000', memory: '1000Gi' } }));
          for (let n = 0; n < replicas; n++) {
            const info = podInfo(makePod(`p${n}`, { cpu: spec.cpu, memory: spec.memory, owner: 'rs' }));
            const placement = computePlacement(info, cache, { random: () => ((seed + n * 31) % 97) / 97 });
            if (placement.kind === 'placed') cache.assume(info, placement.nodeName);
          }
          const counts = cache.nodes.map((node) => node.podsOfController('rs'));
          expect(counts.reduce((sum, count) => sum + count, 0)).to.equal(replicas);
          expect(Math.max(...counts) - Math.min(...counts)).to.be.at.most(1);
        },
      ),
    );
  });

  it('finds a node whenever one has room, and says why for every node otherwise', () => {
    fc.assert(
      fc.property(fc.array(nodeSpec, { minLength: 1, maxLength: 5 }), podSpec, (nodes, spec) => {
        const cache = new ClusterCache();
        nodes.forEach((allocatable, n) => {
          cache.setNode(makeNode(`n${n}`, { allocatable }));
        });
        const info = podInfo(makePod('p', { cpu: spec.cpu, memory: spec.memory }));
        const hasRoom = cache.nodes.some(
          ({ allocatable }) =>
            (allocatable.get('pods') ?? 0) >= 1 &&
            ['cpu', 'memory'].every((name) => (info.requests.get(name) ?? 0) <= (allocatable.get(name) ?? 0)),
        );
        const placement = computePlacement(info, cache, { random: () => 0.5 });
        expect(placement.kind).to.equal(hasRoom ? 'placed' : 'unschedulable');
        if (placement.kind === 'unschedulable')
          expect(placement.message).to.match(new RegExp(`^0/${nodes.length} nodes are available: \\d`));
      }),
    );
  });
});
