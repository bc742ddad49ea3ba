import { expect } from 'chai';

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
});
