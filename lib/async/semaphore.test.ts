import { expect } from 'chai';

import { Semaphore } from './semaphore.js';

describe('Semaphore', () => {
  const { signal } = new AbortController();

  it('lets holders in up to its number, then in order', async () => {
    const semaphore = new Semaphore(2);
    const order: string[] = [];
    const enter = async (name: string): Promise<() => void> => {
      const release = await semaphore.acquire(signal);
      order.push(name);
      return release;
    };
    const first = await enter('a');
    await enter('b');
    const third = enter('c');
    const fourth = enter('d');
    first();
    first();
    (await third)();
    await fourth;
    expect(order).to.deep.equal(['a', 'b', 'c', 'd']);
  });

  it('forgets a waiter that gave up', async () => {
    const semaphore = new Semaphore(1);
    const release = await semaphore.acquire(signal);
    const impatient = new AbortController();
    const given = semaphore.acquire(impatient.signal).then(
      () => 'entered',
      () => 'gave up',
    );
    impatient.abort();
    expect(await given).to.equal('gave up');
    const next = semaphore.acquire(signal);
    release();
    await next;
  });
});
