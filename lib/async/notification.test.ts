import { expect } from 'chai';

import { FakeClock } from '../clock/fake-clock.js';
import { Notification } from './notification.js';

describe('Notification', () => {
  it('wakes a waiter', async () => {
    const notification = new Notification();
    const waiting = notification.wait(new AbortController().signal);
    notification.notify();
    await waiting;
  });

  it('keeps what nobody waited for, once', async () => {
    const notification = new Notification();
    const stop = new AbortController();
    notification.notify();
    notification.notify();
    await notification.wait(stop.signal);
    let woken = false;
    const second = notification.wait(stop.signal).then(() => {
      woken = true;
    });
    await Promise.resolve();
    expect(woken).to.equal(false);
    stop.abort();
    await second;
  });

  it('wakes after a while by itself where it is asked to, and leaves no timer behind', async () => {
    const clock = new FakeClock();
    const notification = new Notification();
    const { signal } = new AbortController();
    const late = notification.waitAtMost(100, clock, signal);
    await clock.advance(100);
    await late;
    const early = notification.waitAtMost(100, clock, signal);
    notification.notify();
    await early;
    expect(clock.pending).to.equal(0);
  });
});
