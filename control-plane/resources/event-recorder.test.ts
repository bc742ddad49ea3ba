import { expect } from 'chai';
import { silentLogger } from '../../lib/log/logger.js';
import { EventRecorder, type EventDetails } from './event-recorder.js';
import { deleteOldEvents } from './event-sweeper.js';
import { makePod } from './testing/builders.js';
import { createTestResources, type TestResources } from './testing/test-resources.js';

describe('EventRecorder', () => {
  let test: TestResources;
  let recorder: EventRecorder;
  const details: EventDetails = {
    object: makePod('web'),
    type: 'Warning',
    reason: 'FailedScheduling',
    message: '0/3 nodes are available',
    component: 'default-scheduler',
  };
  beforeEach(async () => {
    test = await createTestResources();
    const events = test.resources.client('events');
    recorder = new EventRecorder({ events, clock: test.clock, log: silentLogger });
  });
  const stored = async () => (await test.resources.client('events').list()).items;

  it('counts equal events, before and after they are written', async () => {
    recorder.record(details);
    recorder.record(details);
    await recorder.flush();
    await test.clock.advance(5_000);
    recorder.record(details);
    await recorder.flush();
    const [event, ...others] = await stored();
    expect(others).to.deep.equal([]);
    expect(event).to.include({
      count: 3,
      reason: 'FailedScheduling',
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:05Z',
    });
    expect(event?.involvedObject).to.include({ kind: 'Pod', namespace: 'default', name: 'web', uid: 'uid-web' });
  });

  it('drops what is too much about one object, and what cannot be written', async () => {
    for (let index = 0; index < 100; index++) recorder.record({ ...details, message: `attempt ${index}` });
    recorder.record({ ...details, object: makePod('lost', { namespace: 'nowhere' }) });
    await recorder.flush();
    expect(await stored()).to.have.length(25);
  });

  it('writes in the background until it is stopped', async () => {
    const stop = new AbortController();
    const running = recorder.run(stop.signal);
    recorder.record(details);
    while ((await stored()).length === 0) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await running;
  });

  it('leaves events to the sweeper, which takes them after an hour', async () => {
    recorder.record(details);
    await recorder.flush();
    const events = test.resources.client('events');
    expect(await deleteOldEvents(events, test.clock.now() + 3_599_000)).to.equal(0);
    expect(await deleteOldEvents(events, test.clock.now() + 3_601_000)).to.equal(1);
    expect(await stored()).to.deep.equal([]);
  });
});
