import { expect } from 'chai';

import { silentLogger, type Logger } from '../../lib/log/logger.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { makeEndpoint, makePort, makeService, makeTable } from '../../test/support/routing-tables.js';
import { type Endpoint } from '../../proto/gen/longshore/routing/v1/routing.js';
import { ConntrackRunner } from './conntrack-runner.js';
import { computeStaleFlows } from './stale-flows.js';

const a = makeEndpoint('10.244.1.5', 5353);
const b = makeEndpoint('10.244.1.6', 5353);

function tableWith(endpoints: Endpoint[], protocol = 'UDP', nodePort = 0) {
  return makeTable([makeService('dns', '10.96.0.20', [makePort(53, endpoints, { protocol, nodePort })])]);
}

const translated = { originalDestination: '10.96.0.20', originalPort: 53, replySource: '10.244.1.5', replyPort: 5353 };
const untranslated = { originalDestination: '10.96.0.20', originalPort: 53, replySource: '10.96.0.20', replyPort: 53 };

describe('computeStaleFlows', () => {
  it('names the flows to an endpoint that is gone', () => {
    expect(computeStaleFlows(tableWith([a, b]), tableWith([b]))).to.deep.equal([translated]);
    expect(computeStaleFlows(tableWith([a]), makeTable([]))).to.deep.equal([translated]);
  });

  it('names those through a node port too', () => {
    const flows = computeStaleFlows(tableWith([a, b], 'UDP', 30053), tableWith([b], 'UDP', 30053));
    expect(flows).to.deep.include({ ...translated, originalDestination: undefined, originalPort: 30053 });
  });

  it('names the flows from before the service had endpoints', () => {
    expect(computeStaleFlows(undefined, tableWith([a]))).to.deep.equal([untranslated]);
    expect(computeStaleFlows(tableWith([]), tableWith([a]))).to.deep.equal([untranslated]);
  });

  it('names none for TCP, for new endpoints or without a change', () => {
    expect(computeStaleFlows(tableWith([a], 'TCP'), tableWith([b], 'TCP'))).to.deep.equal([]);
    expect(computeStaleFlows(tableWith([a]), tableWith([a, b]))).to.deep.equal([]);
    expect(computeStaleFlows(tableWith([a]), tableWith([a]))).to.deep.equal([]);
  });
});

describe('ConntrackRunner', () => {
  it('asks for exactly the flows of the filter', async () => {
    const commands: string[] = [];
    const run = async (file: string, args: readonly string[]): Promise<string> => {
      commands.push([file, ...args].join(' '));
      return '';
    };
    await new ConntrackRunner({ log: silentLogger, run }).deleteUdpFlows([
      translated,
      { ...translated, originalDestination: undefined },
    ]);
    expect(commands).to.deep.equal([
      'conntrack -D -f ipv4 -p udp --orig-dst 10.96.0.20 --orig-port-dst 53 --reply-src 10.244.1.5 --reply-port-src 5353',
      'conntrack -D -f ipv4 -p udp --orig-port-dst 53 --reply-src 10.244.1.5 --reply-port-src 5353',
    ]);
  });

  it('warns once when the program is missing, and goes on without', async () => {
    const warnings: string[] = [];
    const log: Logger = { ...silentLogger, warn: (message) => warnings.push(message) };
    const run = async (): Promise<string> => {
      throw new LongshoreError('NotFound', 'conntrack is not installed');
    };
    const conntrack = new ConntrackRunner({ log, run });
    await conntrack.deleteUdpFlows([translated, untranslated]);
    await conntrack.deleteUdpFlows([translated]);
    expect(warnings).to.have.lengthOf(1);
  });
});
