import { expect } from 'chai';

import type { PodStatusReport } from '../../proto/gen/longshore/node/v1/pod_status.js';
import { FakeClock } from '../../lib/clock/fake-clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { StatusReporter } from './status-reporter.js';

describe('StatusReporter', () => {
  let clock: FakeClock;
  let reporter: StatusReporter;
  let stop: AbortController;
  let sent: PodStatusReport[][];
  const report = (uid: string) => ({ namespace: 'default', name: uid, uid, status: undefined, stopped: false });
  const acknowledge = (reports: PodStatusReport[]): Promise<string[]> => {
    sent.push(reports);
    return Promise.resolve(reports.map(({ uid }) => uid));
  };
  const uidsSent = (): string[][] => sent.map((batch) => batch.map(({ uid }) => uid));

  beforeEach(() => {
    clock = new FakeClock();
    reporter = new StatusReporter({ clock, versionFloor: clock.now() + 5_000 });
    stop = new AbortController();
    sent = [];
  });

  it('sends at once when idle', async () => {
    const running = reporter.run(acknowledge, stop.signal);
    reporter.report(report('a'));
    await clock.advance(0);
    expect(uidsSent()).to.deep.equal([['a']]);
    stop.abort();
    await running;
  });

  it('sends what came meanwhile together, the newest of each pod', async () => {
    let answer: (uids: string[]) => void = () => undefined;
    const running = reporter.run((reports) => {
      sent.push(reports);
      return new Promise((resolve) => (answer = resolve));
    }, stop.signal);
    reporter.report(report('a'));
    await clock.advance(0);
    reporter.report(report('a'));
    const newest = reporter.report(report('a'));
    reporter.report(report('b'));
    answer(['a']);
    await clock.advance(0);
    expect(uidsSent()).to.deep.equal([['a'], ['a', 'b']]);
    expect(sent[1]![0]!.statusVersion).to.equal(newest);
    answer(['a', 'b']);
    stop.abort();
    await running;
  });

  it('sends again what was not acknowledged, and after an outage', async () => {
    const answers: (() => Promise<string[]>)[] = [
      () => Promise.reject(new LongshoreError('Unavailable', 'away')),
      () => Promise.resolve(['a']),
    ];
    const running = reporter.run((reports) => {
      sent.push(reports);
      return answers.shift()?.() ?? Promise.resolve(['b']);
    }, stop.signal);
    reporter.report(report('a'));
    reporter.report(report('b'));
    await clock.advance(1_000);
    expect(uidsSent()).to.deep.equal([['a', 'b'], ['a', 'b'], ['b']]);
    stop.abort();
    await running;
  });

  it('ends when the session is fenced', async () => {
    reporter.report(report('a'));
    const fenced = reporter.run(() => Promise.reject(new LongshoreError('FailedPrecondition', 'session fenced')), stop.signal);
    const thrown = await fenced.catch((error: unknown) => error);
    expect(thrown).to.be.instanceOf(LongshoreError);
  });

  it('repeats everything in a new session, with versions above all before', async () => {
    const version = reporter.report(report('a'));
    expect(version).to.be.greaterThan(clock.now() + 5_000);
    reporter.report(report('gone'));
    reporter.forget('gone');
    for (let round = 0; round < 2; round += 1) {
      const session = new AbortController();
      const running = reporter.run(acknowledge, session.signal);
      await clock.advance(0);
      session.abort();
      await running;
    }
    expect(uidsSent()).to.deep.equal([['a'], ['a']]);
    expect(sent[1]![0]!.statusVersion).to.be.greaterThan(sent[0]![0]!.statusVersion);
  });
});
