import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { FakeClock } from '../../lib/clock/fake-clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { silentLogger } from '../../lib/log/logger.js';
import { makeNode, makePort, makeService, makeTable } from '../../test/support/routing-tables.js';
import { NftablesProxier } from '../nftables/nftables-proxier.js';
import { RulesetRenderer } from '../nftables/ruleset-renderer.js';
import { type RoutingTable } from '../routes/routing-table.js';
import { TableFile } from '../routes/table-file.js';
import { RouteSyncer, type SyncResult } from './route-syncer.js';

describe('RouteSyncer', () => {
  let clock: FakeClock;
  let results: SyncResult[];
  let refuse: boolean;
  let listed: number;
  let syncer: RouteSyncer;
  let stop: AbortController;
  let run: Promise<void>;

  beforeEach(() => {
    clock = new FakeClock();
    results = [];
    refuse = false;
    listed = 0;
    const nft = {
      apply: async () => {
        if (refuse) throw new LongshoreError('Internal', 'nft failed');
      },
      list: async () => {
        listed += 1;
        return undefined;
      },
    };
    syncer = new RouteSyncer({
      nodeName: 'n1',
      sharedHost: false,
      proxier: new NftablesProxier({ table: 'longshore_n1', nft, log: silentLogger }),
      renderer: new RulesetRenderer(),
      conntrack: { deleteUdpFlows: async () => undefined },
      kernelSettings: async () => ({ forwards: true, bridgeFiltered: true, findsSockets: true }),
      onSync: (result) => results.push(result),
      clock,
      log: silentLogger,
    });
    stop = new AbortController();
    run = syncer.run(stop.signal);
  });

  afterEach(async () => {
    stop.abort();
    await run;
  });

  const at = (revision: string, fields: Partial<Parameters<typeof makeTable>[1]> = {}): RoutingTable =>
    makeTable([makeService(`s${revision}`, `10.96.0.${revision}`, [makePort(80, [])])], { revision, ...fields });

  it('applies the newest of the tables that came meanwhile', async () => {
    syncer.offer(at('20'));
    syncer.offer(at('21'));
    await clock.advance(0);
    expect(results.map(({ revision }) => revision)).to.deep.equal(['21']);
    expect(syncer.problem).to.equal(undefined);
  });

  it('is not ready, and keeps what is there, while its node is not in the table', async () => {
    expect(syncer.problem).to.equal('no routing table yet');
    syncer.offer(at('20', { nodeRoutes: [makeNode(2)] }));
    await clock.advance(0);
    expect(results).to.deep.equal([]);
    expect(syncer.problem).to.include('no pod CIDR');
  });

  it('tries again when the kernel refuses', async () => {
    refuse = true;
    syncer.offer(at('20'));
    await clock.advance(0);
    expect(results.at(-1)).to.include({ kind: undefined, revision: '20' });
    expect(syncer.problem).to.include('refused');
    refuse = false;
    await clock.advance(2_500);
    expect(results.at(-1)).to.include({ kind: 'full' });
    expect(syncer.problem).to.equal(undefined);
  });

  it('compares the kernel with what it should be every minute, and when asked to', async () => {
    syncer.offer(at('20'));
    await clock.advance(0);
    const before = listed;
    await clock.advance(61_000);
    expect(listed).to.be.greaterThan(before);
    const now = listed;
    syncer.requestVerify();
    await clock.advance(0);
    expect(listed).to.be.greaterThan(now);
  });
});

describe('TableFile', () => {
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'longshore-table-'));
  });

  afterEach(() => rm(dir, { recursive: true }));

  const fileAt = (path: string): TableFile => new TableFile({ path, clock: new FakeClock(), log: silentLogger });

  it('gives back what was kept', async () => {
    const file = fileAt(join(dir, 'sub', 'routes.bin'));
    const table = makeTable([makeService('web', '10.96.0.20', [makePort(80, [])])]);
    const stop = new AbortController();
    file.keep(table);
    stop.abort();
    await file.run(stop.signal);
    expect(await fileAt(join(dir, 'sub', 'routes.bin')).load()).to.deep.equal(table);
    await file.remove();
    expect(await file.load()).to.equal(undefined);
  });

  it('takes a broken file for none', async () => {
    await writeFile(join(dir, 'routes.bin'), Buffer.of(0xff, 0xff, 0xff));
    expect(await fileAt(join(dir, 'routes.bin')).load()).to.equal(undefined);
  });
});
