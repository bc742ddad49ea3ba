import { expect } from 'chai';

import { silentLogger } from '../../lib/log/logger.js';
import { UpdateKind, type WatchRoutesResponse } from '../../proto/gen/longshore/routing/v1/routing.js';
import { completeMessage, makeEndpoint, makeNode, makePort, makeService, makeTable } from '../../test/support/routing-tables.js';
import { RouteAssembler } from './route-assembler.js';
import { type RoutingTable } from './routing-table.js';

const web = makeService('web', '10.96.0.20', [makePort(80, [])]);
const api = makeService('api', '10.96.0.21', [makePort(80, [])]);
const complete = completeMessage(makeTable([web]));

function incremental(from: string, to: string, fields: Partial<WatchRoutesResponse> = {}): WatchRoutesResponse {
  return {
    ...completeMessage(makeTable([], { nodeRoutes: [] })),
    network: undefined,
    kind: UpdateKind.UPDATE_KIND_INCREMENTAL,
    appliesToRevision: from,
    revision: to,
    ...fields,
  };
}

function tableOf(assembler: RouteAssembler, message: WatchRoutesResponse): RoutingTable {
  const assembled = assembler.accept(message);
  return assembled.kind === 'table' ? assembled.table : expect.fail(JSON.stringify(assembled));
}

describe('RouteAssembler', () => {
  it('makes one table of several COMPLETE messages', () => {
    const assembler = new RouteAssembler({ log: silentLogger });
    expect(assembler.accept({ ...complete, more: true })).to.deep.equal({ kind: 'partial' });
    const table = tableOf(assembler, { ...complete, network: undefined, services: [api], nodes: [] });
    expect([...table.services.keys()]).to.deep.equal(['default/web', 'default/api']);
    expect(table.nodes.size).to.equal(2);
    expect(table.network.clusterCidr).to.equal('10.244.0.0/16');
  });

  it('applies changes that continue the table', () => {
    const assembler = new RouteAssembler({ log: silentLogger });
    const before = tableOf(assembler, complete);
    const after = tableOf(
      assembler,
      incremental('1', '2', { services: [api], removedNodes: ['n2'], nodes: [makeNode(3)], removedServices: [web.key!] }),
    );
    expect([...after.services.keys()]).to.deep.equal(['default/api']);
    expect([...after.nodes.keys()]).to.deep.equal(['n1', 'n3']);
    expect(after.revision).to.equal('2');
    expect([...before.services.keys()]).to.deep.equal(['default/web'], 'the former table is untouched');
  });

  it('keeps the identity of what is sent again unchanged', () => {
    const assembler = new RouteAssembler({ log: silentLogger });
    const first = tableOf(assembler, complete).services.get('default/web');
    expect(tableOf(assembler, incremental('1', '2', { services: [structuredClone(web)] })).services.get('default/web')).to.equal(
      first,
    );
    assembler.start();
    expect(tableOf(assembler, structuredClone(complete)).services.get('default/web')).to.equal(first);
  });

  it('lets nothing into a table that would stop the kernel from taking the rest', () => {
    const assembler = new RouteAssembler({ log: silentLogger });
    const odd = makeService('odd', 'fd00::1', [makePort(80, [])]);
    const part = makeService('part', '10.96.0.9', [makePort(80, [makeEndpoint('fd00::5', 80)])]);
    const first = tableOf(assembler, completeMessage(makeTable([web, odd, part])));
    expect([...first.services.keys()]).to.deep.equal(['default/web', 'default/part']);
    expect(first.services.get('default/part')?.ports[0]?.endpoints).to.deep.equal([]);
    const second = tableOf(
      assembler,
      incremental('1', '2', { services: [structuredClone(part), { ...web, clusterIp: 'fd00::2' }] }),
    );
    expect([...second.services.keys()]).to.deep.equal(['default/part']);
    expect(second.services.get('default/part')).to.equal(first.services.get('default/part'));
  });

  it('forgets what a new COMPLETE table does not have', () => {
    const assembler = new RouteAssembler({ log: silentLogger });
    tableOf(assembler, complete);
    assembler.start();
    expect([...tableOf(assembler, completeMessage(makeTable([api]))).services.keys()]).to.deep.equal(['default/api']);
  });

  const gaps: [string, WatchRoutesResponse[]][] = [
    ['a change comes before the table', [incremental('1', '2')]],
    ['a change comes between the parts of the table', [{ ...complete, more: true }, incremental('1', '2')]],
    ['a change applies to another revision', [complete, incremental('5', '6')]],
    ['the table has no network', [{ ...complete, network: undefined }]],
    ['the kind is unknown', [{ ...complete, kind: UpdateKind.UPDATE_KIND_UNSPECIFIED }]],
  ];
  for (const [title, messages] of gaps) {
    it(`reports a gap when ${title}`, () => {
      const assembler = new RouteAssembler({ log: silentLogger });
      expect(messages.map((message) => assembler.accept(message).kind).at(-1)).to.equal('gap');
    });
  }

  it('does not take a change of an earlier stream', () => {
    const assembler = new RouteAssembler({ log: silentLogger });
    tableOf(assembler, complete);
    assembler.start();
    expect(assembler.accept(incremental('1', '2')).kind).to.equal('gap');
  });
});
