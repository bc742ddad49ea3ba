import fc from 'fast-check';

import { type RoutingTable } from '../../kube-proxy/routes/routing-table.js';
import { makeEndpoint, makePort, makeService, makeTable } from './routing-tables.js';

const endpoint = fc
  .record({
    host: fc.integer({ min: 2, max: 6 }),
    node: fc.integer({ min: 1, max: 2 }),
    ready: fc.boolean(),
    serving: fc.boolean(),
    terminating: fc.boolean(),
  })
  .map(({ host, node, ...conditions }) => makeEndpoint(`10.244.${node}.${host}`, 8080, { nodeName: `n${node}`, ...conditions }));

const port = fc.record({
  protocol: fc.constantFrom('TCP', 'UDP'),
  hasNodePort: fc.boolean(),
  endpoints: fc.array(endpoint, { maxLength: 4 }),
});

const service = fc.record({
  index: fc.integer({ min: 1, max: 5 }),
  ports: fc.array(port, { minLength: 1, maxLength: 2 }),
  affinity: fc.constantFrom(0, 0, 60, 600),
  externalLocal: fc.boolean(),
  internalLocal: fc.boolean(),
  externalIps: fc.subarray(['203.0.113.7', '203.0.113.8']),
  headless: fc.boolean(),
});

/** Small tables that are likely to share services, so that going from one to another changes every kind of thing. */
export const arbitraryRoutingTable: fc.Arbitrary<RoutingTable> = fc
  .uniqueArray(service, { selector: ({ index }) => index, maxLength: 4 })
  .map((services) =>
    makeTable(
      services.map(({ index, ports, affinity, headless, ...policies }) =>
        makeService(
          `s${index}`,
          headless ? '' : `10.96.1.${index}`,
          ports.map(({ protocol, hasNodePort, endpoints }, offset) =>
            makePort(80 + offset, endpoints, { protocol, nodePort: hasNodePort ? 30_000 + index * 10 + offset : 0 }),
          ),
          { sessionAffinitySeconds: affinity, headless, ...policies },
        ),
      ),
    ),
  );
