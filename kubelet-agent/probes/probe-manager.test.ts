import { expect } from 'chai';

import { Probe } from '../../proto/gen/longshore/node/v1/pod.js';
import { FakeClock } from '../../lib/clock/fake-clock.js';
import { silentLogger } from '../../lib/log/logger.js';
import { makeContainer, makePod } from '../pod-workers/testing/builders.js';
import { ProbeManager } from './probe-manager.js';
import type { ProbeOutcome } from './probe-outcome.js';

const probe = (overrides: Partial<Probe> = {}): Probe => ({
  ...Probe.create({ periodSeconds: 10, timeoutSeconds: 1, failureThreshold: 3, successThreshold: 1 }),
  ...overrides,
});

describe('ProbeManager', () => {
  let clock: FakeClock;
  let outcome: ProbeOutcome['result'];
  let times: number[];
  let changes: string[];
  let events: string[];
  let manager: ProbeManager;

  beforeEach(() => {
    clock = new FakeClock(0);
    outcome = 'success';
    times = [];
    changes = [];
    events = [];
    manager = new ProbeManager({
      clock,
      log: silentLogger,
      events: { record: ({ reason, message, fieldPath }) => events.push(`${reason} ${fieldPath ?? ''} ${message}`) },
      runProbe: () => {
        times.push(clock.now());
        return Promise.resolve({ result: outcome, message: outcome === 'failure' ? 'no' : '' });
      },
      onChange: (podUid) => changes.push(podUid),
      random: () => 0.5,
    });
  });
  afterEach(() => {
    manager.remove('uid-p');
  });

  function start(probes: Parameters<typeof makeContainer>[1], before?: { started: boolean; ready: boolean }): void {
    const container = makeContainer('web', probes);
    const desired = makePod('p', { containers: [container] });
    manager.sync(desired, '10.0.0.1', [{ container, id: 'c1', startedAtMs: clock.now(), before }], false);
  }
  const verdict = () => manager.verdicts('uid-p').get('c1');

  it('probes readiness at once, then every period', async () => {
    start({ readinessProbe: probe() });
    expect(verdict()).to.deep.equal({ started: true, ready: false });
    await clock.advance(0);
    expect(verdict()).to.include({ ready: true });
    expect(changes).to.deep.equal(['uid-p']);
    await clock.advance(25_000);
    expect(times).to.deep.equal([0, 10_000, 20_000]);
  });

  it('asks more often until the container is ready', async () => {
    outcome = 'failure';
    start({ readinessProbe: probe() });
    await clock.advance(1_000);
    outcome = 'success';
    await clock.advance(11_000);
    expect(times).to.deep.equal([0, 100, 300, 700, 1500, 10_000]);
    expect(verdict()).to.include({ ready: true });
    expect(events).to.deep.equal([]);
  });

  it('waits for the initial delay', async () => {
    start({ readinessProbe: probe({ initialDelaySeconds: 5 }) });
    await clock.advance(4_999);
    expect(times).to.deep.equal([]);
    await clock.advance(1);
    expect(times).to.deep.equal([5_000]);
  });

  it('takes readiness back after the failure threshold, with an event for each failure', async () => {
    start({ readinessProbe: probe({ failureThreshold: 2 }) });
    await clock.advance(0);
    outcome = 'failure';
    await clock.advance(10_000);
    expect(verdict()).to.include({ ready: true });
    await clock.advance(10_000);
    expect(verdict()).to.include({ ready: false });
    expect(events).to.deep.equal(Array(2).fill('Unhealthy spec.containers{web} Readiness probe failed: no'));
  });

  it('latches a failed liveness probe', async () => {
    outcome = 'failure';
    start({ livenessProbe: probe() });
    await clock.advance(20_000);
    expect(times).to.deep.equal([0, 10_000, 20_000]);
    expect(verdict()).to.deep.equal({ started: true, ready: true, failed: 'liveness' });
    outcome = 'success';
    await clock.advance(60_000);
    expect(verdict()?.failed).to.equal('liveness');
    expect(times).to.have.length(3);
  });

  it('ignores rounds in which the probe could not run', async () => {
    start({ livenessProbe: probe({ failureThreshold: 1 }) });
    outcome = 'unknown';
    await clock.advance(60_000);
    expect(verdict()?.failed).to.equal(undefined);
    expect(events).to.deep.equal([]);
  });

  it('holds the other probes back until the startup probe passes', async () => {
    outcome = 'failure';
    start({ startupProbe: probe({ failureThreshold: 30 }), livenessProbe: probe({ failureThreshold: 1 }) });
    await clock.advance(15_000);
    expect(verdict()).to.deep.equal({ started: false, ready: false });
    outcome = 'success';
    await clock.advance(10_000);
    expect(verdict()).to.deep.equal({ started: true, ready: true });
  });

  it('fails a container whose startup probe does not pass in time', async () => {
    outcome = 'failure';
    start({ startupProbe: probe({ periodSeconds: 1, failureThreshold: 3 }) });
    await clock.advance(2_500);
    expect(verdict()?.failed).to.equal(undefined);
    await clock.advance(1_000);
    expect(verdict()?.failed).to.equal('startup');
  });

  it('keeps what was known of an adopted container, and spreads the first probes', async () => {
    start({ readinessProbe: probe() }, { started: true, ready: true });
    expect(verdict()).to.deep.equal({ started: true, ready: true });
    await clock.advance(5_000);
    expect(times).to.deep.equal([5_000]);
    expect(changes).to.deep.equal([]);
  });

  it('stops with the container', async () => {
    start({ readinessProbe: probe() });
    await clock.advance(0);
    manager.sync(makePod('p'), '10.0.0.1', [], false);
    await clock.advance(60_000);
    expect(times).to.deep.equal([0]);
    expect(verdict()).to.equal(undefined);
  });
});
