import { expect } from 'chai';

import { FakeClock } from '../../../lib/clock/fake-clock.js';
import type { Node } from '../../../lib/kubernetes/types/core-v1.js';
import { silentLogger } from '../../../lib/log/logger.js';
import type { Informer, ResourceClient } from '../../resources/client.js';
import type { ProxyReport } from '../routing/proxy-streams.js';
import { NetworkFaults } from './network-faults.js';

/** Nodes in memory, as far as NetworkFaults looks at them. */
class FakeNodes {
  readonly items = new Map<string, Node>();
  writes = 0;
  fail = false;
  #listener: (current: Node | undefined, previous: Node | undefined) => void = () => undefined;

  add(name: string, address: string, options: { ready?: boolean } = {}): void {
    const node: Node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, uid: `uid-${name}`, creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: {},
      status: {
        addresses: [{ type: 'InternalIP', address }],
        conditions: [{ type: 'Ready', status: (options.ready ?? true) ? 'True' : 'Unknown' }],
      },
    };
    this.#set(node);
  }

  condition(name: string) {
    return this.items.get(name)?.status?.conditions?.find(({ type }) => type === 'NetworkUnavailable');
  }

  readonly informer = {
    list: () => [...this.items.values()],
    onChange: (listener: (current: Node | undefined, previous: Node | undefined) => void) => (this.#listener = listener),
  } as unknown as Informer<Node>;

  readonly client = {
    modify: (_namespace: string, name: string, change: (draft: Node) => false | undefined) => {
      if (this.fail) return Promise.reject(new Error('the store is away'));
      const draft = structuredClone(this.items.get(name)!);
      if (change(draft) === false) return Promise.resolve(draft);
      this.writes += 1;
      this.#set(draft);
      return Promise.resolve(draft);
    },
  } as unknown as ResourceClient<Node>;

  #set(node: Node): void {
    const previous = this.items.get(node.metadata.name);
    this.items.set(node.metadata.name, node);
    this.#listener(node, previous);
  }
}

describe('NetworkFaults', () => {
  let nodes: FakeNodes;
  let reports: ProxyReport[];
  let clock: FakeClock;
  let faults: NetworkFaults;

  const report = (nodeName: string, peerAddress: string, ...unreachableNodes: string[]): ProxyReport => ({
    nodeName,
    peerAddress,
    unreachableNodes,
  });
  const isolated = (): ProxyReport[] => [
    report('far', '10.0.0.2', 'home'),
    report('near', '10.0.0.3', 'home'),
    report('home', '10.0.0.9', 'far', 'near'),
  ];

  beforeEach(() => {
    nodes = new FakeNodes();
    nodes.add('far', '10.0.0.2');
    nodes.add('near', '10.0.0.3');
    nodes.add('home', '192.168.1.5');
    reports = isolated();
    clock = new FakeClock();
    const { informer, client } = nodes;
    faults = new NetworkFaults({ nodes: client, informer, reports: () => reports, clock, log: silentLogger });
  });

  it('marks the node that the others do not reach, says which, and writes nothing the second time', async () => {
    await faults.reconcile();
    expect(nodes.condition('home')).to.include({ status: 'True', reason: 'NoRoute' });
    expect(nodes.condition('home')?.message).to.include('those of far, near: its InternalIP 192.168.1.5');
    expect([nodes.condition('far'), nodes.condition('near')]).to.deep.equal([undefined, undefined]);
    expect(nodes.writes).to.equal(1);
    await faults.reconcile();
    expect(nodes.writes).to.equal(1);
  });

  it('keeps the time of the change while the names change', async () => {
    await faults.reconcile();
    const since = nodes.condition('home')?.lastTransitionTime;
    nodes.add('new', '10.0.0.4');
    reports = [...isolated(), report('new', '10.0.0.4', 'home')];
    await clock.advance(60_000);
    await faults.reconcile();
    expect(nodes.condition('home')?.message).to.include('far, near, new');
    expect(nodes.condition('home')?.lastTransitionTime).to.equal(since);
  });

  it('takes the mark off once the routes are there', async () => {
    await faults.reconcile();
    reports = [report('far', '10.0.0.2'), report('near', '10.0.0.3'), report('home', '10.0.0.9')];
    await faults.reconcile();
    expect(nodes.condition('home')).to.include({ status: 'False', reason: 'RouteCreated' });
  });

  it('keeps the mark while the proxy of a Ready node has not reported', async () => {
    await faults.reconcile();
    reports = [];
    await faults.reconcile();
    reports = [report('near', '10.0.0.3'), report('home', '10.0.0.9')];
    await faults.reconcile();
    expect(nodes.condition('home')).to.include({ status: 'True' });
    nodes.add('far', '10.0.0.2', { ready: false });
    await faults.reconcile();
    expect(nodes.condition('home')).to.include({ status: 'False' });
  });

  it('blames of two nodes the one whose agents come from another address than its own', async () => {
    nodes.items.delete('near');
    reports = [report('far', '10.0.0.2', 'home'), report('home', '10.0.0.9', 'far')];
    await faults.reconcile();
    expect(nodes.condition('home')?.status).to.equal('True');
    expect(nodes.condition('far')).to.equal(undefined);
  });

  it('looks after each change, at all of them together, and again when the store was away', async () => {
    const stop = new AbortController();
    const running = faults.run(stop.signal);
    nodes.fail = true;
    faults.notify();
    await clock.advance(500);
    expect(nodes.condition('home')).to.equal(undefined);
    nodes.fail = false;
    await clock.advance(500);
    expect(nodes.condition('home')?.status).to.equal('True');
    reports = [];
    nodes.add('far', '10.0.0.7');
    reports = [report('far', '10.0.0.7'), report('near', '10.0.0.3'), report('home', '10.0.0.9')];
    await clock.advance(500);
    expect(nodes.condition('home')?.status).to.equal('False');
    stop.abort();
    await running;
  });
});
