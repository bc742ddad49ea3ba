import { expect } from 'chai';
import fc from 'fast-check';

import { systemClock } from '../../lib/clock/clock.js';
import { silentLogger } from '../../lib/log/logger.js';
import { tableName } from '../../kube-proxy/nftables/names.js';
import { NftRunner } from '../../kube-proxy/nftables/nft-runner.js';
import { NftablesProxier } from '../../kube-proxy/nftables/nftables-proxier.js';
import { renderContext } from '../../kube-proxy/nftables/render-context.js';
import { renderReplacement } from '../../kube-proxy/nftables/render.js';
import { RulesetRenderer } from '../../kube-proxy/nftables/ruleset-renderer.js';
import { type Ruleset } from '../../kube-proxy/nftables/ruleset.js';
import { type RoutingTable } from '../../kube-proxy/routes/routing-table.js';
import { arbitraryRoutingTable } from '../support/arbitrary-routing-tables.js';
import { TestNetwork } from '../support/network-namespaces.js';
import { makeEndpoint, makePort, makeService, makeTable } from '../support/routing-tables.js';

const table = tableName('test', 'n1');

describe('kube-proxy transactions in a kernel', function () {
  this.timeout(120_000);
  const net = new TestNetwork('lshkt');
  const nft = new NftRunner({ run: net.runnerIn('node') });
  const renderer = new RulesetRenderer();
  const render = (routes: RoutingTable): Ruleset =>
    renderer.render(
      routes,
      renderContext(routes, { nodeName: 'n1', sharedHost: false, bridgeFiltered: true, findsSockets: true })!,
    );
  const proxier = (): NftablesProxier => new NftablesProxier({ table, nft, log: silentLogger });

  before(() => net.add('node'));
  after(() => net.remove());

  /** Everything in the table, in an order that does not depend on its history. */
  async function listing(): Promise<string[]> {
    const text = await net.run('node', 'nft', '-s', 'list', 'table', 'ip', table);
    const blocks = text
      .trimEnd()
      .replace(/\n}$/, '')
      .split(/\n(?=\t(?:chain|set|map) )/);
    return blocks
      .map((block) =>
        block.includes('elements')
          ? block
              .split(/[,\s{}]+/)
              .sort()
              .join(' ')
          : block.trim(),
      )
      .sort();
  }

  it('end with the same table whether they came one by one or all at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryRoutingTable, { minLength: 2, maxLength: 4 }), async (tables) => {
        const incremental = proxier();
        const kinds = [];
        for (const routes of tables) kinds.push(await incremental.apply(render(routes)));
        expect(kinds).to.not.include('replaced');
        const stepwise = await listing();
        await nft.apply(renderReplacement(table, render(tables.at(-1)!)));
        expect(stepwise).to.deep.equal(await listing());
        expect(await incremental.verify()).to.equal(0);
      }),
      { numRuns: 15 },
    );
  });

  it('cost little when little changed, with 2,000 services', async () => {
    const services = Array.from({ length: 2_000 }, (_, index) => {
      const endpoints = [1, 2].map((node) => makeEndpoint(`10.244.${node}.${(index % 250) + 2}`, 8080, { nodeName: `n${node}` }));
      const nodePort = index < 500 ? 30_000 + index : 0;
      return makeService(`s${index}`, `10.96.${1 + (index >> 8)}.${index & 255}`, [makePort(80, endpoints, { nodePort })]);
    });
    const routes = makeTable(services);
    const subject = proxier();
    const timings: Record<string, number> = {};
    const timed = async (name: string, work: () => Promise<unknown>): Promise<void> => {
      const startedMs = systemClock.monotonic();
      await work();
      timings[name] = Math.round(systemClock.monotonic() - startedMs);
    };
    await timed('first', () => subject.apply(render(routes)));
    const changed = new Map(routes.services).set(
      'default/s7',
      makeService('s7', '10.96.1.7', [makePort(80, [makeEndpoint('10.244.1.9', 8080)])]),
    );
    await timed('oneService', () => subject.apply(render({ ...routes, services: changed })));
    await timed('compare', () => subject.verify());
    await timed('replace', () => nft.apply(renderReplacement(table, render(routes))));
    console.log(`      2,000 services, ms: ${JSON.stringify(timings)}`);
    expect(await net.run('node', 'nft', 'list', 'chain', 'ip', table, 'service/default/s1999/tcp/80')).to.include('10.244.2.251');
  });
});
