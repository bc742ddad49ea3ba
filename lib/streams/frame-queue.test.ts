import { expect } from 'chai';

import { FrameQueue } from './frame-queue.js';
import { SendWindow } from './send-window.js';
import { streamWindowBytes } from './stream-window.js';

describe('FrameQueue', () => {
  it('hands frames on in order and grants what was taken', async () => {
    const granted: number[] = [];
    const queue = new FrameQueue<number>((bytes) => granted.push(bytes));
    for (let index = 0; index < 8; index += 1) queue.push(index, streamWindowBytes / 8);
    queue.end();
    const taken: (number | undefined)[] = [];
    for (let index = 0; index < 9; index += 1) taken.push(await queue.next());
    expect(taken).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, undefined]);
    expect(granted, 'none once the sender is done').to.deep.equal([]);
  });

  it('grants in pieces while the sender goes on', async () => {
    const granted: number[] = [];
    const queue = new FrameQueue<string>((bytes) => granted.push(bytes));
    for (let round = 0; round < 16; round += 1) {
      queue.push('frame', streamWindowBytes / 8);
      await queue.next();
    }
    expect(granted).to.deep.equal(Array(8).fill(streamWindowBytes / 4));
  });

  it('gives a waiting reader the next frame, then the error that ended the stream', async () => {
    const queue = new FrameQueue<string>(() => undefined);
    const waiting = queue.next();
    queue.push('late');
    expect(await waiting).to.equal('late');
    const failing = queue.next();
    const { LongshoreError } = await import('../errors/errors.js');
    queue.end(new LongshoreError('Unavailable', 'broke off'));
    expect(await failing.catch((thrown: unknown) => (thrown as Error).message)).to.equal('broke off');
  });

  it('fails the stream of a sender that ignores its window', async () => {
    const queue = new FrameQueue<string>(() => undefined);
    queue.push('all', streamWindowBytes);
    queue.push('more', 1);
    expect(await queue.next().catch((thrown: unknown) => (thrown as Error).message)).to.contain('more than it was granted');
  });
});

describe('FrameQueue without data', () => {
  it('is bounded too', async () => {
    const queue = new FrameQueue<string>(() => undefined);
    for (let index = 0; index < streamWindowBytes + 100; index += 1) queue.push('nothing');
    expect(await queue.next().catch((thrown: unknown) => (thrown as Error).message)).to.contain('more than it was granted');
  });
});

describe('SendWindow', () => {
  const { signal } = new AbortController();

  it('gives out no more than was granted, and waits', async () => {
    const window = new SendWindow(10);
    expect(await window.take(4, signal)).to.equal(4);
    expect(await window.take(40, signal)).to.equal(6);
    let taken = 0;
    const waiting = window.take(5, signal).then((bytes) => (taken = bytes));
    await Promise.resolve();
    expect(taken).to.equal(0);
    window.grant(3);
    expect(await waiting).to.equal(3);
  });

  it('stops waiting when the stream is over', async () => {
    const window = new SendWindow(0);
    const over = new AbortController();
    const waiting = window.take(1, over.signal).catch((thrown: unknown) => (thrown as Error).message);
    over.abort(new Error('over'));
    expect(await waiting).to.equal('over');
  });
});
