import { expect } from 'chai';

import { FakeClock } from '../../../lib/clock/fake-clock.js';
import { everyBeat } from './every-beat.js';
import { idleSignal } from './idle-signal.js';

const hour = 3_600_000;

describe('idleSignal', () => {
  it('aborts when nothing was said for four hours', async () => {
    const clock = new FakeClock();
    using idle = idleSignal(clock, new AbortController().signal);
    await clock.advance(3 * hour);
    idle.touch();
    await clock.advance(3 * hour);
    expect(idle.signal.aborted).to.equal(false);
    await clock.advance(hour);
    expect(idle.signal.aborted).to.equal(true);
    expect((idle.signal.reason as Error).message).to.contain('4 hours');
  });

  it('aborts with its parent', () => {
    const parent = new AbortController();
    using idle = idleSignal(new FakeClock(), parent.signal);
    parent.abort();
    expect(idle.signal.aborted).to.equal(true);
  });
});

describe('everyBeat', () => {
  it('beats until it is ended', async () => {
    const clock = new FakeClock();
    let beats = 0;
    const end = everyBeat(clock, () => (beats += 1));
    for (let second = 0; second < 10; second += 1) await clock.advance(1_000);
    expect(beats).to.equal(3);
    end();
    await clock.advance(hour);
    expect(beats).to.equal(3);
  });
});
