import { expect } from 'chai';

import { FakeClock } from '../clock/fake-clock.js';
import { LongshoreError } from '../errors/errors.js';
import { silentLogger } from '../log/logger.js';
import { IdentityHolder } from './identity-holder.js';

const hourMs = 3_600_000;

describe('IdentityHolder', () => {
  let clock: FakeClock;
  let stop: AbortController;
  let joined: boolean;
  /** What the next attempts to get a certificate come to; the last one stays. */
  let answers: (() => Promise<{ expiresAtMs: number }>)[];
  let attempts: number;
  let used: { expiresAtMs: number }[];
  let holder: IdentityHolder<{ expiresAtMs: number }>;

  beforeEach(() => {
    clock = new FakeClock();
    stop = new AbortController();
    joined = true;
    answers = [() => Promise.resolve({ expiresAtMs: clock.now() + hourMs })];
    attempts = 0;
    used = [];
    holder = new IdentityHolder({
      obtain: () => {
        attempts += 1;
        return (answers.length > 1 ? answers.shift() : answers[0])?.() ?? Promise.reject(new Error('no answer'));
      },
      hasJoined: () => Promise.resolve(joined),
      keepFresh: (_identity, signal) => clock.sleep(1_000 * hourMs, signal),
      clock,
      log: silentLogger,
    });
  });

  const run = () =>
    holder.run((identity, signal) => {
      used.push(identity);
      return clock.sleep(1_000 * hourMs, signal);
    }, stop.signal);
  const refused = () => Promise.reject(new LongshoreError('FailedPrecondition', 'no join token'));

  it('uses a certificate while it is valid, renewed in place or not', async () => {
    const running = run();
    await clock.advance(hourMs / 2);
    used[0]!.expiresAtMs += 5 * hourMs;
    await clock.advance(5 * hourMs);
    expect(used).to.have.length(1);
    expect(holder.problem).to.equal(undefined);
    await clock.advance(hourMs);
    expect(used).to.have.length(2);
    stop.abort();
    await running;
  });

  it('goes on without a certificate until it is given a token', async () => {
    const running = run();
    await clock.advance(1);
    answers = [refused, refused, () => Promise.resolve({ expiresAtMs: clock.now() + hourMs })];
    await clock.advance(hourMs - 1);
    expect(used).to.have.length(1);
    expect(holder.problem).to.equal('cut off from the control plane until a valid join token is given: no join token');
    await clock.advance(60_000);
    expect(attempts).to.equal(4);
    expect(used).to.have.length(2);
    expect(holder.problem).to.equal(undefined);
    stop.abort();
    await running;
  });

  it('says what it waits for while there is no certificate', async () => {
    let said: (problem: string) => void = () => undefined;
    const waiting = new IdentityHolder({
      obtain: (_signal, onProblem) => {
        said = onProblem;
        return new Promise<{ expiresAtMs: number }>(() => undefined);
      },
      hasJoined: () => Promise.resolve(false),
      keepFresh: () => Promise.resolve(),
      clock,
      log: silentLogger,
    });
    void waiting.run(() => Promise.resolve(), stop.signal);
    said('cannot join yet: nobody answers');
    expect(waiting.problem).to.equal('cannot join yet: nobody answers');
  });

  it('ends when it has never joined and cannot', async () => {
    joined = false;
    answers = [refused];
    const thrown = await run().catch((error: unknown) => error);
    expect(thrown).to.be.instanceOf(LongshoreError);
  });

  it('ends with the error of what it serves', async () => {
    const thrown = await holder.run(() => Promise.reject(new Error('broken')), stop.signal).catch((error: unknown) => error);
    expect(thrown).to.have.property('message', 'broken');
  });
});
