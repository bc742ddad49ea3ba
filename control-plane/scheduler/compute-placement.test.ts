import { expect } from 'chai';
import type { Node, Pod, PodSpec } from '../../lib/kubernetes/types/core-v1.js';
import { computePlacement } from './compute-placement.js';
import { makeNode, makePod } from './fake-cluster.js';
import { ClusterCache } from './model/cluster-cache.js';
import { podInfo } from './model/pod-info.js';

/** The node for `pod`, or the message why there is none. */
function place(pod: Pod, nodes: readonly Node[], assigned: readonly [Pod, string][] = []): string {
  const cache = new ClusterCache();
  for (const node of nodes) cache.setNode(node);
  for (const [other, nodeName] of assigned) cache.setPod({ ...other, spec: { ...other.spec, nodeName } });
  const placement = computePlacement(podInfo(pod), cache, { random: () => 0 });
  return placement.kind === 'placed' ? placement.nodeName : placement.message;
}

const none = (count: number, reasons: string): string => `0/${count} nodes are available: ${reasons}.`;
const requiredAffinity = (operator: string, key: string, ...values: string[]): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator, values }] }] },
    },
  },
});
const taint = (key: string, effect = 'NoSchedule', value?: string) => ({ key, effect, ...(value && { value }) });
const hostPort = (port: number, rest: object = {}): { container: object } => ({
  container: { ports: [{ containerPort: 80, hostPort: port, ...rest }] },
});

describe('computePlacement', () => {
  describe('filters', () => {
    const disk = makeNode('n1', { labels: { disk: 'ssd', slots: '8' } });
    const mismatch = none(1, "1 node(s) didn't match Pod's node affinity/selector");
    const pod = (spec: Parameters<typeof makePod>[1] = {}): Pod => makePod('p', spec);

    const cases: readonly (readonly [title: string, result: string, pod: Pod, node: Node, assigned?: Pod])[] = [
      ['fits what is exactly free', 'n1', pod({ cpu: '3' }), makeNode('n1'), makePod('a', { cpu: '1' })],
      ['lacks cpu', none(1, '1 Insufficient cpu'), pod({ cpu: '3001m' }), makeNode('n1'), makePod('a', { cpu: '1' })],
      ['lacks memory', none(1, '1 Insufficient memory'), pod({ memory: '9Gi' }), makeNode('n1')],
      [
        'lacks both, and says both',
        none(1, '1 Insufficient cpu, 1 Insufficient memory'),
        pod({ cpu: '5', memory: '9Gi' }),
        makeNode('n1'),
      ],
      [
        'lacks storage',
        none(1, '1 Insufficient ephemeral-storage'),
        pod({ container: { resources: { requests: { 'ephemeral-storage': '101Gi' } } } }),
        makeNode('n1'),
      ],
      [
        'lacks a resource nobody has',
        none(1, '1 Insufficient example.com/gpu'),
        pod({ container: { resources: { requests: { 'example.com/gpu': '1' } } } }),
        makeNode('n1'),
      ],
      ['has pods enough', none(1, '1 Too many pods'), pod(), makeNode('n1', { allocatable: { pods: '1' } }), makePod('a')],
      [
        'asks for no cpu of a node that is overcommitted',
        'n1',
        pod(),
        makeNode('n1', { allocatable: { cpu: '1' } }),
        makePod('a', { cpu: '2' }),
      ],
      ['is cordoned', none(1, '1 node(s) were unschedulable'), pod(), makeNode('n1', { unschedulable: true })],
      [
        'is cordoned, which is tolerated',
        'n1',
        pod({ tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }] }),
        makeNode('n1', { unschedulable: true }),
      ],
      [
        'is tainted',
        none(1, '1 node(s) had untolerated taint {dedicated: db}'),
        pod(),
        makeNode('n1', { taints: [taint('dedicated', 'NoSchedule', 'db')] }),
      ],
      [
        'is not ready',
        none(1, '1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }'),
        pod(),
        makeNode('n1', { taints: [taint('node.kubernetes.io/not-ready', 'NoExecute')] }),
      ],
      [
        'is tainted, tolerated by value',
        'n1',
        pod({ tolerations: [{ key: 'dedicated', value: 'db' }] }),
        makeNode('n1', { taints: [taint('dedicated', 'NoSchedule', 'db')] }),
      ],
      [
        'is tainted, everything tolerated',
        'n1',
        pod({ tolerations: [{ operator: 'Exists' }] }),
        makeNode('n1', { taints: [taint('a'), taint('b', 'NoExecute')] }),
      ],
      [
        'is tainted, another effect tolerated',
        none(1, '1 node(s) had untolerated taint {a: }'),
        pod({ tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoExecute' }] }),
        makeNode('n1', { taints: [taint('a')] }),
      ],
      ['is only better avoided', 'n1', pod(), makeNode('n1', { taints: [taint('a', 'PreferNoSchedule')] })],
      ['has the selected label', 'n1', pod({ nodeSelector: { disk: 'ssd' } }), disk],
      ['has another value', mismatch, pod({ nodeSelector: { disk: 'hdd' } }), disk],
      ['In', 'n1', pod(requiredAffinity('In', 'disk', 'hdd', 'ssd')), disk],
      ['NotIn', mismatch, pod(requiredAffinity('NotIn', 'disk', 'ssd')), disk],
      ['NotIn without the label', 'n1', pod(requiredAffinity('NotIn', 'zone', 'a')), disk],
      ['Exists', mismatch, pod(requiredAffinity('Exists', 'zone')), disk],
      ['DoesNotExist', mismatch, pod(requiredAffinity('DoesNotExist', 'disk')), disk],
      ['Gt', 'n1', pod(requiredAffinity('Gt', 'slots', '7')), disk],
      ['Lt', mismatch, pod(requiredAffinity('Lt', 'slots', '8')), disk],
      ['Gt of a label that is no number', mismatch, pod(requiredAffinity('Gt', 'disk', '7')), disk],
      [
        'is named',
        'n1',
        pod({
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{}, { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }],
              },
            },
          },
        }),
        disk,
      ],
      [
        'has the port taken',
        none(1, "1 node(s) didn't have free ports for the requested pod ports"),
        pod(hostPort(80)),
        makeNode('n1'),
        makePod('a', hostPort(80, { hostIP: '10.0.0.1' })),
      ],
      [
        'has the port taken on another address',
        'n1',
        pod(hostPort(80, { hostIP: '10.0.0.2' })),
        makeNode('n1'),
        makePod('a', hostPort(80, { hostIP: '10.0.0.1' })),
      ],
      [
        'has the port taken for another protocol',
        'n1',
        pod(hostPort(80, { protocol: 'UDP' })),
        makeNode('n1'),
        makePod('a', hostPort(80)),
      ],
    ];
    for (const [title, result, wanted, node, assigned] of cases) {
      it(`node ${title}`, () => {
        expect(place(wanted, [node], assigned ? [[assigned, 'n1']] : [])).to.equal(result);
      });
    }

    it('counts the reasons over all nodes, in order', () => {
      const nodes = [
        makeNode('n1', { taints: [taint('node.kubernetes.io/unreachable')] }),
        makeNode('n2', { allocatable: { cpu: '1' } }),
        makeNode('n3', { allocatable: { cpu: '1' } }),
      ];
      expect(place(pod({ cpu: '2' }), nodes)).to.equal(
        none(3, '1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }, 2 Insufficient cpu'),
      );
    });
  });

  describe('topology spread', () => {
    const zone = (name: string, zoneName: string): Node => makeNode(name, { labels: { zone: zoneName } });
    const labels = { app: 'web' };
    const spread = (whenUnsatisfiable: string, rest: object = {}) => ({
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable, labelSelector: { matchLabels: labels }, ...rest },
      ],
    });
    const web = (name: string): Pod => makePod(name, { labels });

    it('keeps zones within maxSkew', () => {
      const nodes = [zone('a1', 'a'), zone('a2', 'a'), zone('b1', 'b')];
      const pod = makePod('p', { labels, ...spread('DoNotSchedule') });
      expect(place(pod, nodes, [[web('x'), 'a1']])).to.equal('b1');
      expect(
        place(
          pod,
          [...nodes.slice(0, 2), makeNode('none'), zone('b1', 'b')].map((node) => ({
            ...node,
            spec: { unschedulable: node.metadata.name === 'b1' },
          })),
          [[web('x'), 'a1']],
        ),
      ).to.equal(
        none(
          4,
          "1 node(s) didn't match pod topology spread constraints (missing required label), 1 node(s) were unschedulable, 2 node(s) didn't match pod topology spread constraints",
        ),
      );
    });

    it('counts no pods of other namespaces or labels, nor those being deleted', () => {
      const going = web('going');
      going.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
      const pod = makePod('p', { labels, ...spread('DoNotSchedule', { maxSkew: 1 }) });
      const nodes = [zone('a1', 'a'), zone('b1', 'b')];
      const others: [Pod, string][] = [
        [makePod('o', { labels, namespace: 'other' }), 'a1'],
        [makePod('q', { labels: { app: 'db' } }), 'a1'],
        [going, 'a1'],
        [web('x'), 'b1'],
      ];
      expect(place(pod, nodes, others)).to.equal('a1');
    });

    it('waits for minDomains', () => {
      const pod = makePod('p', { labels, ...spread('DoNotSchedule', { minDomains: 2 }) });
      expect(place(pod, [zone('a1', 'a')])).to.equal('a1');
      expect(place(pod, [zone('a1', 'a')], [[web('x'), 'a1']])).to.equal(
        none(1, "1 node(s) didn't match pod topology spread constraints"),
      );
    });

    it('only prefers the emptier zone with ScheduleAnyway', () => {
      const pod = makePod('p', { labels, ...spread('ScheduleAnyway') });
      expect(place(pod, [zone('a1', 'a'), zone('b1', 'b')], [[web('x'), 'a1']])).to.equal('b1');
      expect(place(pod, [zone('a1', 'a')], [[web('x'), 'a1']])).to.equal('a1');
    });
  });

  describe('affinity to pods', () => {
    const zone = (name: string, zoneName: string): Node => makeNode(name, { labels: { zone: zoneName } });
    const term = (app: string, topologyKey = 'zone') => ({ topologyKey, labelSelector: { matchLabels: { app } } });
    const away = (app: string): Partial<PodSpec> => ({
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term(app)] } },
    });
    const near = (app: string): Partial<PodSpec> => ({
      affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term(app)] } },
    });
    const nodes = [zone('a1', 'a'), zone('a2', 'a'), zone('b1', 'b')];
    const db = makePod('db', { labels: { app: 'db' } });

    it('keeps away, and is kept away', () => {
      expect(place(makePod('p', away('db')), nodes, [[db, 'a1']])).to.equal('b1');
      expect(place(makePod('p', away('db')), nodes.slice(0, 2), [[db, 'a1']])).to.equal(
        none(2, "2 node(s) didn't match pod anti-affinity rules"),
      );
      const shy = makePod('shy', { labels: { app: 'shy' }, ...away('web') });
      expect(place(makePod('p', { labels: { app: 'web' } }), nodes.slice(0, 2), [[shy, 'a1']])).to.equal(
        none(2, "2 node(s) didn't satisfy existing pods anti-affinity rules"),
      );
    });

    it('comes near, and the first of a group may start anywhere', () => {
      expect(place(makePod('p', near('db')), nodes, [[db, 'b1']])).to.equal('b1');
      expect(place(makePod('p', near('db')), nodes)).to.equal(none(3, "3 node(s) didn't match pod affinity rules"));
      expect(place(makePod('p', { labels: { app: 'db' }, ...near('db') }), nodes)).to.be.oneOf(['a1', 'a2', 'b1']);
    });

    it('prefers, by weight', () => {
      const prefers: Partial<PodSpec> = {
        affinity: {
          podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term('db') }] },
        },
      };
      expect(place(makePod('p', prefers), nodes, [[db, 'a1']])).to.equal('b1');
    });
  });

  describe('scorers', () => {
    const two = [makeNode('n1'), makeNode('n2')];

    it('prefer the node with more left', () => {
      expect(place(makePod('p'), two, [[makePod('a', { cpu: '1', memory: '1Gi' }), 'n1']])).to.equal('n2');
      expect(place(makePod('p'), two, [[makePod('a'), 'n1']]), 'also of pods without requests').to.equal('n2');
    });

    it('prefer the node that stays balanced', () => {
      const assigned: [Pod, string][] = [
        [makePod('a', { cpu: '2', memory: '1' }), 'n1'],
        [makePod('b', { cpu: '1m', memory: '4Gi' }), 'n2'],
      ];
      expect(place(makePod('p', { cpu: '1', memory: '1' }), two, assigned)).to.equal('n2');
    });

    it('spread the replicas of one owner, even onto the fuller node', () => {
      const assigned: [Pod, string][] = [
        [makePod('a', { owner: 'rs' }), 'n1'],
        [makePod('full', { cpu: '3', memory: '7Gi' }), 'n2'],
      ];
      expect(place(makePod('p', { owner: 'rs' }), two, assigned)).to.equal('n2');
      expect(place(makePod('p', { owner: 'other' }), two, assigned)).to.equal('n1');
    });

    it('follow preferred node affinity before the spread', () => {
      const preferred = (weight: number, value: string) => ({
        weight,
        preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: [value] }] },
      });
      const pod = makePod('p', {
        owner: 'rs',
        affinity: {
          nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [preferred(10, 'hdd'), preferred(80, 'ssd')] },
        },
      });
      const nodes = [makeNode('hdd', { labels: { disk: 'hdd' } }), makeNode('ssd', { labels: { disk: 'ssd' } })];
      expect(place(pod, nodes, [[makePod('a', { owner: 'rs' }), 'ssd']])).to.equal('ssd');
    });

    it('avoid PreferNoSchedule', () => {
      const nodes = [makeNode('n1', { taints: [taint('old', 'PreferNoSchedule')] }), makeNode('n2')];
      const assigned: [Pod, string][] = [[makePod('a', { cpu: '3', memory: '6Gi' }), 'n2']];
      expect(place(makePod('p'), nodes, assigned)).to.equal('n2');
      expect(place(makePod('p', { tolerations: [{ key: 'old', operator: 'Exists' }] }), nodes, assigned)).to.equal('n1');
    });

    it('prefer a node that has the image', () => {
      const nodes = [makeNode('n1'), makeNode('n2', { images: ['app:latest'] }), makeNode('n3')];
      expect(place(makePod('p'), nodes)).to.equal('n2');
      expect(place(makePod('p', { container: { image: 'app:v2' } }), nodes)).to.equal('n1');
    });
  });
});
