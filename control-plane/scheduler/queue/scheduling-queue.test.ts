import { expect } from 'chai';
import { FakeClock } from '../../../lib/clock/fake-clock.js';
import { nodeResourcesFit } from '../filters/node-resources-fit.js';
import { taintToleration } from '../filters/taint-toleration.js';
import { SchedulingQueue, type PodRef } from './scheduling-queue.js';

const ref = (uid: string): PodRef => ({ uid, namespace: 'default', name: uid });

describe('SchedulingQueue', () => {
  let clock: FakeClock;
  let queue: SchedulingQueue;

  beforeEach(() => {
    clock = new FakeClock();
    queue = new SchedulingQueue({ clock });
  });

  afterEach(() => {
    queue.clear();
    expect(clock.pending, 'timers left behind').to.equal(0);
  });

  const park = (uid: string): void => {
    queue.add(ref(uid), 0);
    expect(queue.next()?.uid).to.equal(uid);
    queue.park(uid, [nodeResourcesFit]);
  };

  it('hands pods out by priority, then in the order in which they came, each once', () => {
    queue.add(ref('a'), 0);
    queue.add(ref('b'), 5);
    queue.add(ref('c'), 0);
    queue.add(ref('a'), 0);
    queue.add(ref('d'), 5);
    expect([queue.next(), queue.next(), queue.next(), queue.next(), queue.next()].map((next) => next?.uid)).to.deep.equal([
      'b',
      'd',
      'c',
      'a',
      undefined,
    ]);
  });

  it('doubles the backoff up to its limit', async () => {
    queue.add(ref('a'), 0);
    for (const backoffMs of [1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
      expect(queue.next()?.uid).to.equal('a');
      queue.backOff('a');
      await clock.advance(backoffMs - 1);
      expect(queue.counts().backoff, `after ${backoffMs - 1} ms`).to.equal(1);
      await clock.advance(1);
      expect(queue.counts().active).to.equal(1);
    }
  });

  it('moves a parked pod only on what its filters care about', async () => {
    park('a');
    await clock.advance(5_000);
    queue.moveOn('NodeSpecChanged');
    queue.moveOn('AssignedPodAdded');
    expect(queue.counts().unschedulable).to.equal(1);
    queue.moveOn('AssignedPodRemoved');
    expect(queue.counts(), 'its backoff is over').to.deep.equal({ active: 1, backoff: 0, unschedulable: 0 });
    queue.next();
    queue.park('a', [taintToleration]);
    queue.moveOn('AssignedPodRemoved');
    expect(queue.counts().unschedulable).to.equal(1);
    queue.moveOn('NodeAdded');
    expect(queue.counts().backoff).to.equal(1);
  });

  it('tries a parked pod again after a long time, whatever happened', async () => {
    park('a');
    await clock.advance(299_999);
    expect(queue.counts().unschedulable).to.equal(1);
    await clock.advance(1);
    expect(queue.next()?.uid).to.equal('a');
  });

  it('forgets a deleted pod in every state', async () => {
    queue.add(ref('active'), 0);
    queue.delete('active');
    expect(queue.next()).to.equal(undefined);
    park('parked');
    queue.delete('parked');
    queue.add(ref('failed'), 0);
    queue.next();
    queue.backOff('failed');
    queue.delete('failed');
    queue.add(ref('inFlight'), 0);
    queue.next();
    queue.delete('inFlight');
    queue.backOff('inFlight');
    queue.park('inFlight', []);
    await clock.advance(400_000);
    expect(queue.next()).to.equal(undefined);
    expect(queue.has('inFlight')).to.equal(false);
  });

  it('wakes who waits when a pod comes, and when the signal aborts', async () => {
    const stop = new AbortController();
    let wakes = 0;
    const waiting = queue.ready(stop.signal).then(() => wakes++);
    queue.add(ref('a'), 0);
    await waiting;
    queue.next();
    const again = queue.ready(stop.signal).then(() => wakes++);
    stop.abort();
    await again;
    expect(wakes).to.equal(2);
  });
});
