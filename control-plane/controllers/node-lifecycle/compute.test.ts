import { expect } from 'chai';

import type { Pod, Taint, Toleration } from '../../../lib/kubernetes/types/core-v1.js';
import { makeNode, makePod } from '../objects/builders.js';
import { computeBrake } from './brake.js';
import { computeEvictions } from './evictions.js';
import { lostConditions } from './node-conditions.js';
import { NodeSignals } from './node-signals.js';
import { computePodMark, lostReason } from './pod-marks.js';
import { computeTaints, type TaintRules } from './taints.js';

const now = '2026-01-01T01:00:00Z';
const nowMs = Date.parse(now);
const unreachable: Taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', timeAdded: now };

describe('lostConditions', () => {
  it('makes all that the agent reports Unknown and adds what it never reported', () => {
    const node = makeNode('n1');
    node.status?.conditions?.push({ type: 'NetworkUnavailable', status: 'False' });
    const conditions = lostConditions(node, now);
    expect(conditions.map(({ type, status, reason = '' }) => `${type} ${status} ${reason}`)).to.deep.equal([
      'Ready Unknown NodeStatusUnknown',
      'NetworkUnavailable False ',
      'MemoryPressure Unknown NodeStatusNeverUpdated',
      'DiskPressure Unknown NodeStatusNeverUpdated',
      'PIDPressure Unknown NodeStatusNeverUpdated',
    ]);
    expect(conditions[0]?.message).to.equal('Kubelet stopped posting node status.');
    expect(conditions[0]?.lastTransitionTime).to.equal(now);
    expect(lostConditions({ ...node, status: { conditions } }, '2026-01-01T02:00:00Z')).to.deep.equal(conditions);
  });
});

describe('computeTaints', () => {
  const brief = (
    ready: 'True' | 'False' | 'Unknown',
    eviction: TaintRules['eviction'],
    taints: Taint[] = [],
  ): string[] | undefined => {
    const node = makeNode('n1', { ready });
    node.spec.taints = taints;
    return computeTaints(node, { eviction, now })?.map(
      ({ key, effect }) => `${key.replace('node.kubernetes.io/', '')}:${effect}`,
    );
  };

  it('taints a lost node, and is then at rest', () => {
    const node = makeNode('n1', { ready: 'Unknown' });
    const taints = computeTaints(node, { eviction: 'follow', now });
    expect(taints).to.deep.equal([
      { key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule', timeAdded: now },
      { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', timeAdded: now },
    ]);
    expect(
      computeTaints({ ...node, spec: { taints: taints ?? [] } }, { eviction: 'follow', now: '2026-01-01T02:00:00Z' }),
    ).to.equal(undefined);
  });

  it('taints a node that is not ready', () => {
    expect(brief('False', 'follow')).to.deep.equal(['not-ready:NoSchedule', 'not-ready:NoExecute']);
  });

  it('takes its taints off again and leaves those of others', () => {
    const own: Taint = { key: 'gpu', effect: 'NoSchedule', value: 'yes' };
    expect(brief('True', 'follow', [own, unreachable, { ...unreachable, effect: 'NoSchedule' }])).to.deep.equal([
      'gpu:NoSchedule',
    ]);
  });

  it('neither adds nor removes evicting taints while nothing was heard since the start', () => {
    expect(brief('Unknown', 'hold')).to.deep.equal(['unreachable:NoSchedule']);
    expect(brief('True', 'hold', [unreachable])).to.equal(undefined);
  });

  it('removes evicting taints while the brake is on', () => {
    expect(brief('Unknown', 'clear', [unreachable])).to.deep.equal(['unreachable:NoSchedule']);
  });

  it('keeps new pods away from a cordoned node and one under pressure', () => {
    const node = makeNode('n1');
    node.spec.unschedulable = true;
    node.status?.conditions?.push({ type: 'DiskPressure', status: 'True' });
    expect(computeTaints(node, { eviction: 'follow', now })?.map(({ key }) => key)).to.deep.equal([
      'node.kubernetes.io/unschedulable',
      'node.kubernetes.io/disk-pressure',
    ]);
  });
});

describe('computeEvictions', () => {
  const pod = (...tolerations: Toleration[]): Pod => {
    const made = makePod('p', { node: 'n1' });
    made.spec.tolerations = tolerations;
    return made;
  };
  const toleration = (tolerationSeconds?: number): Toleration => ({
    key: unreachable.key,
    operator: 'Exists',
    effect: 'NoExecute',
    ...(tolerationSeconds !== undefined && { tolerationSeconds }),
  });
  const cases: [string, Pod, number, number | 'now' | 'never'][] = [
    ['not tolerated', pod(), 0, 'now'],
    ['tolerated for ever', pod(toleration()), 1e9, 'never'],
    ['tolerated for a while', pod(toleration(2)), 1_000, 2_000],
    ['tolerated for a while that is over', pod(toleration(2)), 2_000, 'now'],
    ['tolerated for the shorter of two whiles', pod(toleration(9), toleration(2)), 0, 2_000],
    ['tolerated for no time', pod(toleration(-1)), 0, 'now'],
    ['tolerated by a toleration of everything', pod({ operator: 'Exists' }), 1e9, 'never'],
    ['deleted already', { ...pod(), metadata: { ...pod().metadata, deletionTimestamp: now } }, 0, 'never'],
  ];
  for (const [what, subject, afterMs, expected] of cases) {
    it(`a pod that is ${what}: ${expected}`, () => {
      const result = computeEvictions({ pods: [subject], taints: [unreachable], nowMs: nowMs + afterMs });
      expect(result.now).to.have.length(expected === 'now' ? 1 : 0);
      expect(result.nextAtMs).to.equal(typeof expected === 'number' ? nowMs + expected : undefined);
    });
  }

  it('counts from when the node was found lost, not from a taint of long ago', () => {
    const result = computeEvictions({
      pods: [pod(toleration(2))],
      taints: [unreachable],
      nowMs: nowMs + 3_600_000,
      notBeforeMs: nowMs + 3_600_000,
    });
    expect(result).to.deep.equal({ now: [], nextAtMs: nowMs + 3_602_000 });
  });

  it('ignores taints that only keep new pods away', () => {
    expect(computeEvictions({ pods: [pod()], taints: [{ ...unreachable, effect: 'NoSchedule' }], nowMs }).now).to.deep.equal([]);
  });
});

describe('computePodMark', () => {
  it('makes a ready pod of a lost node not ready, and ready again when the node is back', () => {
    const pod = makePod('p', { node: 'n1', ready: true });
    const mark = computePodMark(pod, 'lost', now);
    expect(mark).to.deep.equal({
      type: 'Ready',
      status: 'False',
      reason: lostReason,
      message: 'Node is not ready',
      lastTransitionTime: now,
    });
    const marked: Pod = { ...pod, status: { conditions: mark ? [mark] : [] } };
    expect(computePodMark(marked, 'lost', now)).to.equal(undefined);
    expect(computePodMark(marked, 'ready', now)).to.deep.equal({ type: 'Ready', status: 'True', lastTransitionTime: now });
  });

  it('leaves alone what the agent itself has reported', () => {
    expect(computePodMark(makePod('p', { node: 'n1', ready: false }), 'ready', now)).to.equal(undefined);
    expect(computePodMark(makePod('p', { node: 'n1', ready: true }), 'ready', now)).to.equal(undefined);
  });
});

describe('computeBrake', () => {
  const cases: [number, number, boolean][] = [
    [1, 3, false],
    [2, 3, true],
    [1, 2, false],
    [2, 2, true],
    [1, 1, true],
    [11, 20, false],
    [12, 20, true],
    [0, 0, false],
  ];
  for (const [unready, total, on] of cases) {
    it(`is ${on ? 'on' : 'off'} when ${unready} of ${total} nodes are unready`, () => {
      const nodes = Array.from({ length: total }, (_, index) =>
        makeNode(`n${index}`, { ready: index < unready ? 'Unknown' : 'True' }),
      );
      expect(computeBrake(nodes.map((node) => ({ node, late: false, starting: false }))).on).to.equal(on);
      const late = nodes.map(({ metadata }, index) => ({
        node: makeNode(metadata.name),
        late: index < unready,
        starting: false,
      }));
      expect(computeBrake(late).on).to.equal(on);
    });
  }

  it('does not count nodes that are still starting', () => {
    const starting = ['n1', 'n2', 'n3'].map((name) => ({
      node: makeNode(name, { ready: 'False' }),
      late: false,
      starting: true,
    }));
    expect(computeBrake(starting)).to.deep.equal({ on: false, unready: 0, total: 0 });
    expect(computeBrake([...starting, { node: makeNode('n4'), late: false, starting: false }]).on).to.equal(false);
    expect(computeBrake([...starting, { node: makeNode('n4', { ready: 'Unknown' }), late: false, starting: false }]).on).to.equal(
      true,
    );
  });
});

describe('NodeSignals', () => {
  it('measures silence from the last new sign of life', () => {
    const signals = new NodeSignals();
    signals.observe('n1', 'a', 1_000);
    signals.observe('n1', 'a', 2_000);
    expect(signals.silence('n1', 5_000)).to.deep.equal({ silentMs: 4_000, heard: false });
    signals.observe('n1', 'b', 6_000);
    expect(signals.silence('n1', 7_000)).to.deep.equal({ silentMs: 1_000, heard: true });
  });

  it('grants a full grace period after a restart', () => {
    const signals = new NodeSignals();
    signals.observe('n1', 'a', 0);
    signals.observe('n1', 'b', 1_000);
    signals.restart(60_000);
    expect(signals.silence('n1', 61_000)).to.deep.equal({ silentMs: 1_000, heard: false });
  });
});
