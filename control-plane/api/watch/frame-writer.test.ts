import { EventEmitter } from 'node:events';

import { expect } from 'chai';

import { FakeClock } from '../../../lib/clock/fake-clock.js';
import type { ApiResponse } from '../http/exchange.js';
import { FrameWriter } from './frame-writer.js';

describe('FrameWriter', () => {
  const bytes = Buffer.from('x');

  function setUp(): { writer: FrameWriter; clock: FakeClock; response: EventEmitter; written: number[]; stop: AbortController } {
    const clock = new FakeClock();
    const written: number[] = [];
    const stop = new AbortController();
    const write = (chunk: Uint8Array): boolean => {
      written.push(chunk.length);
      return false;
    };
    const response = Object.assign(new EventEmitter(), { write });
    const writer = new FrameWriter({ response: response as unknown as ApiResponse, clock, signal: stop.signal });
    return { writer, clock, response, written, stop };
  }

  it('waits for its reader', async () => {
    const { writer, response, clock } = setUp();
    let done = false;
    const writing = writer.write(bytes).then(() => (done = true));
    await clock.advance(1_000);
    expect(done).to.equal(false);
    response.emit('drain');
    await writing;
    expect(response.listenerCount('close')).to.equal(0);
    expect(clock.pending).to.equal(0);
  });

  it('gives up on a reader that takes nothing for 30 s', async () => {
    const { writer, clock } = setUp();
    const failure = writer.write(bytes).catch((thrown: unknown) => thrown);
    await clock.advance(30_000);
    expect(await failure).to.have.property('code', 'DeadlineExceeded');
  });

  it('writes nothing once the stream is over', async () => {
    const { writer, stop, written } = setUp();
    const writing = writer.write(bytes);
    stop.abort();
    await writing;
    await writer.write(bytes);
    expect(written).to.have.length(1);
  });
});
