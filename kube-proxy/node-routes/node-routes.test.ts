import { expect } from 'chai';

import { FakeClock } from '../../lib/clock/fake-clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { silentLogger } from '../../lib/log/logger.js';
import { makeNode, makeTable } from '../../test/support/routing-tables.js';
import { computePodRoutes, type PodRoute } from './compute-routes.js';
import { type PodRoutes } from './ip-route-runner.js';
import { NodeRoutes } from './node-routes.js';

class FakeRoutes implements PodRoutes {
  present: PodRoute[] = [];
  refuse: string | undefined;
  changes = 0;

  async list(): Promise<PodRoute[]> {
    return [...this.present];
  }

  async add(route: PodRoute): Promise<void> {
    if (route.via === this.refuse) throw new LongshoreError('Internal', 'Nexthop has invalid gateway.');
    this.changes += 1;
    this.present.push(route);
  }

  async remove(route: PodRoute): Promise<void> {
    this.changes += 1;
    this.present = this.present.filter(({ podCidr, via }) => podCidr !== route.podCidr || via !== route.via);
  }
}

const table = makeTable([], {
  nodeRoutes: [makeNode(1), makeNode(2), makeNode(3, { ready: false }), makeNode(4, { podCidr: '' })],
});

describe('computePodRoutes', () => {
  it('leads to every other node that has pod addresses, ready or not', () => {
    expect(computePodRoutes(table, 'n1')).to.deep.equal([
      { node: 'n2', podCidr: '10.244.2.0/24', via: '192.168.50.2' },
      { node: 'n3', podCidr: '10.244.3.0/24', via: '192.168.50.3' },
    ]);
  });
});

describe('NodeRoutes', () => {
  let routes: FakeRoutes;
  let nodeRoutes: NodeRoutes;
  let clock: FakeClock;

  beforeEach(() => {
    routes = new FakeRoutes();
    clock = new FakeClock();
    nodeRoutes = new NodeRoutes({ routes, nodeName: 'n1', clock, log: silentLogger });
  });

  it('adds, moves and removes, and does nothing when nothing changed', async () => {
    routes.present = [
      { podCidr: '10.244.2.0/24', via: '192.168.50.99' },
      { podCidr: '10.244.9.0/24', via: '192.168.50.9' },
    ];
    const wanted = computePodRoutes(table, 'n1');
    await nodeRoutes.ensure(wanted);
    expect(routes.present).to.have.deep.members(wanted);
    const { changes } = routes;
    await nodeRoutes.ensure(wanted);
    expect(routes.changes).to.equal(changes);
  });

  it('sets the others when one is refused', async () => {
    routes.refuse = '192.168.50.2';
    await nodeRoutes.ensure(computePodRoutes(table, 'n1'));
    expect(routes.present.map(({ podCidr }) => podCidr)).to.deep.equal(['10.244.3.0/24']);
  });

  it('tells which nodes it has no route to, until it has', async () => {
    const told: (readonly string[])[] = [];
    const stop = new AbortController();
    const telling = new NodeRoutes({
      routes,
      nodeName: 'n1',
      onUnreachable: (nodes) => told.push(nodes),
      clock,
      log: silentLogger,
    });
    const run = telling.run(stop.signal);
    routes.refuse = '192.168.50.2';
    telling.setTable(table);
    await clock.advance(0);
    expect(told).to.deep.equal([['n2']]);
    routes.refuse = undefined;
    await clock.advance(10_000);
    expect(told).to.deep.equal([['n2'], []]);
    stop.abort();
    await run;
  });

  it('puts back what disappears, until it is stopped', async () => {
    const stop = new AbortController();
    const run = nodeRoutes.run(stop.signal);
    nodeRoutes.setTable(table);
    await clock.advance(0);
    expect(routes.present).to.have.lengthOf(2);
    routes.present = [];
    await clock.advance(10_000);
    expect(routes.present).to.have.lengthOf(2);
    stop.abort();
    await run;
    expect(clock.pending).to.equal(0);
  });
});
