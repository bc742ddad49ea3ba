import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';

import { type ClientReadableStream } from '@grpc/grpc-js';
import { expect } from 'chai';

import { FakeClock } from '../../lib/clock/fake-clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { type Logger, silentLogger } from '../../lib/log/logger.js';
import { UpdateKind, type WatchRoutesResponse } from '../../proto/gen/longshore/routing/v1/routing.js';
import { completeMessage, makeTable } from '../../test/support/routing-tables.js';
import { RouteAssembler } from '../routes/route-assembler.js';
import { AppliedReporter, type Applied } from './applied-reporter.js';
import { RouteSession } from './route-session.js';

/** A stream that a test writes to by hand. */
class FakeStream extends PassThrough {
  constructor() {
    super({ objectMode: true });
  }

  cancel(): void {
    this.destroy(Object.assign(new Error('1 CANCELLED'), { code: 1, details: 'cancelled' }));
  }
}

describe('RouteSession', () => {
  let clock: FakeClock;
  let streams: FakeStream[];
  let revisions: string[];
  let lines: [level: string, message: string, fields?: Record<string, unknown>][];
  let stop: AbortController;
  let ended: Promise<unknown>;

  beforeEach(() => {
    clock = new FakeClock();
    streams = [];
    revisions = [];
    lines = [];
    const log: Logger = {
      ...silentLogger,
      info: (...line) => void lines.push(['info', ...line]),
      warn: (...line) => void lines.push(['warn', ...line]),
    };
    stop = new AbortController();
    const client = {
      watchRoutes: () => {
        const stream = new FakeStream();
        streams.push(stream);
        return stream as unknown as ClientReadableStream<WatchRoutesResponse>;
      },
    };
    const session = new RouteSession({
      client,
      nodeName: 'n1',
      assembler: new RouteAssembler({ log: silentLogger }),
      onTable: (table) => revisions.push(table.revision),
      clock,
      log,
    });
    ended = session.run(stop.signal).catch((thrown: unknown) => thrown);
  });

  afterEach(async () => {
    stop.abort();
    await clock.advance(2_000);
    await ended;
  });

  const complete = completeMessage(makeTable([], { revision: '5' }));

  it('hands tables on as they come', async () => {
    streams[0]?.write(complete);
    streams[0]?.write({ ...complete, kind: UpdateKind.UPDATE_KIND_INCREMENTAL, appliesToRevision: '5', revision: '6' });
    await clock.advance(0);
    expect(revisions).to.deep.equal(['5', '6']);
  });

  it('opens a new stream after a gap', async () => {
    streams[0]?.write(complete);
    streams[0]?.write({ ...complete, kind: UpdateKind.UPDATE_KIND_INCREMENTAL, appliesToRevision: '4', revision: '6' });
    await clock.advance(200);
    expect(streams).to.have.lengthOf(2);
    streams[1]?.write(complete);
    await clock.advance(0);
    expect(revisions).to.deep.equal(['5', '5']);
  });

  it('connects again within 2 s for as long as it takes', async () => {
    for (let attempt = 0; attempt < 8; attempt++) {
      streams.at(-1)?.destroy(Object.assign(new Error('away'), { code: 14, details: 'away' }));
      await clock.advance(2_000);
      expect(streams).to.have.lengthOf.greaterThan(attempt + 1);
    }
  });

  it('says once that its node has not registered yet, and that the control plane went away, without a stack', async () => {
    const fail = async (code: number, details: string): Promise<void> => {
      streams.at(-1)?.destroy(Object.assign(new Error(details), { code, details }));
      await clock.advance(2_000);
    };
    for (let attempt = 0; attempt < 4; attempt++) await fail(5, 'node n1 has not registered yet');
    streams.at(-1)?.write(complete);
    await clock.advance(0);
    await fail(14, 'Connection dropped');
    await fail(14, 'No connection established');
    expect(lines).to.deep.equal([
      ['info', 'waiting for the node to register'],
      ['info', 'following routes', { revision: '5' }],
      ['warn', 'routes are not followed, connecting again', { code: 'Unavailable', problem: 'Connection dropped' }],
    ]);
  });

  it('ends when its certificate is refused', async () => {
    streams[0]?.destroy(Object.assign(new Error('refused'), { code: 7, details: 'not your node' }));
    expect(await ended).to.include({ code: 'PermissionDenied' });
  });
});

describe('AppliedReporter', () => {
  it('sends the newest until it is acknowledged', async () => {
    const clock = new FakeClock();
    const sent: Applied[] = [];
    const gate = new EventEmitter();
    let fail = true;
    const reporter = new AppliedReporter({
      send: async (applied) => {
        sent.push(applied);
        gate.emit('sent');
        if (fail) throw new LongshoreError('Unavailable', 'away');
      },
      clock,
      log: silentLogger,
    });
    const stop = new AbortController();
    const run = reporter.run(stop.signal);
    reporter.report({ revision: '1', error: '', unreachableNodes: [] });
    await clock.advance(50);
    reporter.report({ revision: '2', error: '', unreachableNodes: [] });
    fail = false;
    await clock.advance(5_000);
    expect(sent.map(({ revision }) => revision)).to.deep.equal(['1', '2']);
    stop.abort();
    await run;
  });
});
