import { expect } from 'chai';
import { Registry } from 'prom-client';

import { FakeClock } from '../../lib/clock/fake-clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { silentLogger, type Logger } from '../../lib/log/logger.js';
import { ControllerLoop, type ReconcileResult } from './controller-loop.js';
import { createControllerMetrics } from './controller-metrics.js';

describe('ControllerLoop', () => {
  const setup = (
    reconcile: (key: string) => Promise<ReconcileResult | void>,
  ): { loop: ControllerLoop; clock: FakeClock; errors: string[]; registry: Registry; stop: () => Promise<void> } => {
    const clock = new FakeClock();
    const errors: string[] = [];
    const registry = new Registry();
    const log: Logger = {
      ...silentLogger,
      error: (message) => {
        errors.push(message);
      },
      child: () => log,
    };
    const loop = new ControllerLoop({
      name: 'test',
      clock,
      log,
      metrics: createControllerMetrics(registry),
      informers: [{ synced: () => Promise.resolve() }],
      watch: () => [],
      reconcile,
    });
    const controller = new AbortController();
    const running = loop.run(controller.signal);
    const stop = async (): Promise<void> => {
      controller.abort();
      await running;
    };
    return { loop, clock, errors, registry, stop };
  };

  it('never works on one key twice at once, and takes it again when it was added meanwhile', async () => {
    let active = 0;
    let most = 0;
    let rounds = 0;
    const { loop, clock, stop } = setup(async () => {
      active += 1;
      most = Math.max(most, active);
      await clock.sleep(10);
      active -= 1;
      rounds += 1;
    });
    loop.add('a');
    await clock.advance(5);
    loop.add('a');
    loop.add('a');
    await clock.advance(50);
    expect([most, rounds]).to.deep.equal([1, 2]);
    await stop();
  });

  it('retries a failure with growing delays and logs each once', async () => {
    const at: number[] = [];
    const { loop, clock, errors, registry, stop } = setup(async () => {
      at.push(clock.now());
      if (at.length < 4) throw new Error('no');
    });
    loop.add('a');
    await clock.advance(1_000);
    expect(at).to.have.length(4);
    expect(
      at
        .slice(1)
        .map((time, index) => time - (at[index] ?? 0))
        .every((delay, index) => delay <= 5 * 2 ** index),
    ).to.equal(true);
    expect(errors).to.deep.equal(Array(3).fill('reconcile failed, retrying'));
    expect(await registry.getSingleMetricAsString('longshore_controller_errors_total')).to.include('{controller="test"} 3');
    await stop();
  });

  it('retries a lost race without calling it an error', async () => {
    let rounds = 0;
    const { loop, clock, errors, stop } = setup(async () => {
      rounds += 1;
      if (rounds === 1) throw new LongshoreError('Conflict', 'changed');
    });
    loop.add('a');
    await clock.advance(100);
    expect([rounds, errors.length]).to.deep.equal([2, 0]);
    await stop();
  });

  it('comes back when a reconcile asks for it', async () => {
    let rounds = 0;
    const { loop, clock, stop } = setup(async () => {
      rounds += 1;
      return rounds === 1 ? { requeueAfterMs: 500 } : {};
    });
    loop.add('a');
    await clock.advance(499);
    expect(rounds).to.equal(1);
    await clock.advance(1);
    expect(rounds).to.equal(2);
    await stop();
  });
});
