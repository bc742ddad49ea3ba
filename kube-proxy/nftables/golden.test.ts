import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { makeEndpoint, makeNode, makePort, makeService, makeTable } from '../../test/support/routing-tables.js';
import { type RoutingTable } from '../routes/routing-table.js';
import { renderContext } from './render-context.js';
import { renderReplacement } from './render.js';
import { RulesetRenderer } from './ruleset-renderer.js';

const here = makeEndpoint('10.244.1.5', 8080);
const there = makeEndpoint('10.244.2.6', 8080, { nodeName: 'n2' });

const machine = { nodeName: 'n1', sharedHost: false, bridgeFiltered: true, findsSockets: true };
const cases: { name: string; table: RoutingTable; options?: Partial<typeof machine> }[] = [
  { name: 'no-services', table: makeTable([]) },
  {
    name: 'cluster-ip',
    table: makeTable([
      makeService('web', '10.96.0.20', [
        makePort(80, [here, there]),
        makePort(443, [makeEndpoint('10.244.1.5', 8443)], { name: 'https' }),
      ]),
      makeService('statsd', '10.96.0.21', [makePort(8125, [there], { protocol: 'UDP' })]),
    ]),
  },
  {
    name: 'node-port',
    table: makeTable([
      makeService('web', '10.96.0.20', [makePort(80, [here, there], { nodePort: 30080 })], { externalIps: ['203.0.113.7'] }),
    ]),
  },
  {
    name: 'affinity',
    table: makeTable([makeService('web', '10.96.0.20', [makePort(80, [here, there])], { sessionAffinitySeconds: 10_800 })]),
  },
  {
    name: 'local-policies',
    table: makeTable([
      makeService('both', '10.96.0.20', [makePort(80, [here, there], { nodePort: 30080 })], {
        externalLocal: true,
        internalLocal: true,
      }),
      makeService('elsewhere', '10.96.0.21', [makePort(80, [there], { nodePort: 30081 })], {
        externalLocal: true,
        internalLocal: true,
      }),
    ]),
  },
  {
    name: 'no-endpoints',
    table: makeTable([
      makeService('empty', '10.96.0.20', [makePort(80, [], { nodePort: 30080 })]),
      makeService('starting', '10.96.0.21', [makePort(80, [makeEndpoint('10.244.1.5', 80, { ready: false, serving: false })])]),
      makeService('ending', '10.96.0.22', [makePort(80, [makeEndpoint('10.244.1.6', 80, { ready: false, terminating: true })])]),
      makeService('headless', '', [makePort(80, [here])], { headless: true }),
      makeService('alias', '', [], { externalName: 'example.com' }),
    ]),
  },
  {
    name: 'shared-host',
    options: { sharedHost: true },
    table: makeTable([makeService('web', '10.96.0.20', [makePort(80, [here, there], { nodePort: 30080 })])], {
      nodeRoutes: [makeNode(1, { internalIp: '10.244.1.1' }), makeNode(2, { internalIp: '10.244.2.1' })],
    }),
  },
  {
    name: 'alone-on-shared-host-without-bridge-filter',
    options: { sharedHost: true, bridgeFiltered: false, findsSockets: true },
    table: makeTable([], { nodeRoutes: [makeNode(1, { internalIp: '10.244.1.1' })] }),
  },
];

describe('nftables rulesets', () => {
  for (const { name, table, options } of cases) {
    it(`render ${name} as the golden file says`, async () => {
      const context = renderContext(table, { ...machine, ...options });
      const text = renderReplacement('longshore_n1', new RulesetRenderer().render(table, context!));
      const path = fileURLToPath(new URL(`golden/${name}.nft`, import.meta.url));
      // npm run golden:update, then read the difference before committing it.
      if (process.env.GOLDEN_UPDATE !== undefined) await writeFile(path, text);
      expect(text).to.equal(await readFile(path, 'utf8'));
    });
  }
});
