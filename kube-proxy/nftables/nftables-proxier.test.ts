import { expect } from 'chai';

import { FakeClock } from '../../lib/clock/fake-clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { silentLogger } from '../../lib/log/logger.js';
import { makeEndpoint, makePort, makeService, makeTable } from '../../test/support/routing-tables.js';
import { type RoutingTable } from '../routes/routing-table.js';
import { Lease, renderLease } from './lease.js';
import { tableName } from './names.js';
import { type Nft } from './nft-runner.js';
import { NftablesProxier } from './nftables-proxier.js';
import { renderContext } from './render-context.js';
import { RulesetRenderer } from './ruleset-renderer.js';
import { type Ruleset } from './ruleset.js';

/** Notes what it is told; lists what a test gives it. */
class FakeNft implements Nft {
  readonly applied: string[] = [];
  listing: string | undefined;
  /** Refuses as many of the next transactions. */
  refusals = 0;

  async apply(text: string): Promise<void> {
    if (this.refusals > 0) {
      this.refusals -= 1;
      throw new LongshoreError('Internal', 'nft failed: No such file or directory');
    }
    this.applied.push(text);
  }

  async list(): Promise<string | undefined> {
    return this.listing;
  }
}

/** What `nft -j list table` would say of `ruleset`. */
function listingOf(ruleset: Ruleset): string {
  const chains = [...ruleset.chains].map(([name, { hook }]) => ({
    chain: hook ? { name, type: hook.type, hook: hook.hook, prio: hook.priority } : { name },
  }));
  const sets = [...ruleset.sets].map(([name, { kind, elements }]) => {
    if (elements === 'dynamic') return { [kind]: { name, flags: ['timeout'] } };
    const elem = [...elements].map(([key, verdict]) => {
      const parts = key.split(' . ').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
      const value = parts.length === 1 ? parts[0] : { concat: parts };
      if (kind === 'set') return value;
      const [word = '', target] = verdict.split(' ');
      return [value, { [word]: target === undefined ? null : { target } }];
    });
    return { [kind]: { name, ...(kind === 'map' ? { map: 'verdict' } : {}), ...(elem.length > 0 ? { elem } : {}) } };
  });
  const rules = [...ruleset.chains].flatMap(([chain, { fingerprints }]) =>
    fingerprints.map((comment) => ({ rule: { chain, comment } })),
  );
  return JSON.stringify({ nftables: [{ metainfo: {} }, { table: { name: 't' } }, ...sets, ...chains, ...rules] });
}

function render(table: RoutingTable): Ruleset {
  return new RulesetRenderer().render(
    table,
    renderContext(table, { nodeName: 'n1', sharedHost: false, bridgeFiltered: true, findsSockets: true })!,
  );
}

const first = render(makeTable([makeService('web', '10.96.0.20', [makePort(80, [makeEndpoint('10.244.1.5', 80)])])]));
const second = render(makeTable([makeService('web', '10.96.0.20', [makePort(80, [])])]));

describe('NftablesProxier', () => {
  let nft: FakeNft;
  let proxier: NftablesProxier;

  beforeEach(() => {
    nft = new FakeNft();
    proxier = new NftablesProxier({ table: tableName('test', 'n1'), nft, log: silentLogger });
  });

  it('writes everything at first, then only what changed, then nothing', async () => {
    expect(await proxier.apply(first)).to.equal('full');
    expect(await proxier.apply(second)).to.equal('incremental');
    expect(await proxier.apply(second)).to.equal('none');
    expect(nft.applied).to.have.lengthOf(2);
    expect(nft.applied[1]!.length).to.be.lessThan(nft.applied[0]!.length / 4);
  });

  it('takes over what the kernel holds, without a transaction', async () => {
    nft.listing = listingOf(first);
    expect(await proxier.apply(first)).to.equal('none');
    expect(nft.applied).to.deep.equal([]);
  });

  it('compares the whole table after a refusal', async () => {
    await proxier.apply(first);
    nft.listing = listingOf(first);
    nft.refusals = 1;
    expect(await proxier.apply(second)).to.equal('full');
    expect(nft.applied.at(-1)).to.not.include('delete table');
  });

  it('replaces the whole table when even the comparison is refused', async () => {
    nft.listing = listingOf(second);
    nft.refusals = 1;
    expect(await proxier.apply(first)).to.equal('replaced');
    expect(nft.applied.at(-1)).to.match(/^add table ip longshore_test_n1\ndelete table ip longshore_test_n1\nadd table/);
  });

  it('throws when nothing helps, and starts from the kernel the next time', async () => {
    await proxier.apply(first);
    nft.listing = listingOf(first);
    nft.refusals = 3;
    expect(await proxier.apply(second).catch((thrown: unknown) => thrown)).to.be.instanceOf(LongshoreError);
    expect(await proxier.apply(second)).to.equal('full');
  });

  it('replaces a table whose base chains are not as they should be', async () => {
    const moved = new Map(first.chains).set('nat-output', {
      ...first.chains.get('nat-output')!,
      hook: { type: 'nat', hook: 'output', priority: 0 },
    });
    nft.listing = listingOf({ ...first, chains: moved });
    await proxier.apply(first);
    expect(nft.applied.at(-1)).to.include('delete table ip longshore_test_n1');
  });

  it('verifies without a transaction when nothing drifted, and repairs what did', async () => {
    await proxier.apply(first);
    nft.listing = listingOf(first);
    expect(await proxier.verify()).to.equal(0);
    nft.listing = undefined;
    expect(await proxier.verify()).to.be.greaterThan(10);
    expect(nft.applied).to.have.lengthOf(2);
  });
});

describe('Lease', () => {
  it('is renewed every 2 s while needed, released at the end, and asks for a check when refused', async () => {
    const nft = new FakeNft();
    const clock = new FakeClock();
    let refused = 0;
    const lease = new Lease({ table: 't', nft, onRefused: () => (refused += 1), clock, log: silentLogger });
    const stop = new AbortController();
    const run = lease.run(stop.signal);
    await clock.advance(10_000);
    expect(nft.applied).to.deep.equal([]);
    lease.setNeeded(true);
    await clock.advance(0);
    expect(nft.applied).to.deep.equal([renderLease('t')]);
    await clock.advance(4_000);
    expect(nft.applied).to.have.lengthOf(3);
    nft.refusals = 1;
    await clock.advance(2_000);
    expect(refused).to.equal(1);
    stop.abort();
    await run;
    expect(nft.applied.at(-1)).to.equal('flush set ip t lease\n');
  });
});

describe('tableName', () => {
  it('names cluster and node', () => {
    expect(tableName('ab12cd34', 'node-1')).to.equal('longshore_ab12cd34_node-1');
  });

  it('is another for each node of each cluster, and short enough for nft and iptables', () => {
    const long = 'a'.repeat(240);
    const owners = [
      ['c1', 'a-b'],
      ['c1', 'a.b'],
      ['c2', 'a.b'],
      ['c1', 'a b'],
      ['c1', 'a_b'],
      ['c1', `${long}1`],
      ['c1', `${long}2`],
    ] as const;
    const names = owners.map(([cluster, node]) => tableName(cluster, node));
    expect(new Set(names).size).to.equal(owners.length);
    for (const name of names) expect(name).to.match(/^[A-Za-z][A-Za-z0-9_.-]{0,127}$/);
  });
});
