import { expect } from 'chai';

import { FakeClock } from '../../lib/clock/fake-clock.js';
import { silentLogger } from '../../lib/log/logger.js';
import type { ProcessFailure } from '../../lib/lifecycle/supervised-process.js';
import type { ChildEnd, RunningChild } from './child-runner.js';
import type { ChildSpec } from './child-specs.js';
import { SupervisedChild } from './supervised-child.js';

/** A process in memory; it ends when it is released, unless it hangs. */
class FakeProcess implements RunningChild {
  readonly ended: Promise<ChildEnd>;
  released = 0;
  killed = 0;
  #end: (end: ChildEnd) => void = () => undefined;

  constructor(
    readonly pid: number,
    readonly spec: ChildSpec,
    readonly hangs: boolean,
  ) {
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  end(end: Partial<ChildEnd> = {}): void {
    this.#end({ code: 1, signal: null, failure: undefined, ...end });
  }

  release(): void {
    this.released += 1;
    if (!this.hangs) this.end({ code: 0 });
  }

  kill(): void {
    this.killed += 1;
    this.end({ code: null, signal: 'SIGKILL' });
  }
}

describe('SupervisedChild', () => {
  const spec: ChildSpec = {
    ...{ name: 'kube-proxy', role: 'kube-proxy', stateDir: '/s', healthPort: 1, nodeFlags: [], args: [], environment: {} },
  };
  let clock: FakeClock;
  let stop: AbortController;
  let processes: FakeProcess[];
  let failures: ProcessFailure[];
  let hangs: boolean;
  let child: SupervisedChild;
  let running: Promise<void>;
  const newest = (): FakeProcess => processes.at(-1)!;

  beforeEach(async () => {
    clock = new FakeClock();
    stop = new AbortController();
    processes = [];
    failures = [];
    hangs = false;
    child = new SupervisedChild({
      spec,
      startChild: (started) => {
        processes.push(new FakeProcess(processes.length + 1, started, hangs));
        return newest();
      },
      onFailure: (_spec, failure) => Promise.resolve(void failures.push(failure)),
      clock,
      log: silentLogger,
    });
    running = child.run(stop.signal);
    await clock.advance(0);
  });

  afterEach(async () => {
    stop.abort();
    await clock.advance(20_000);
    await running;
  });

  it('starts again what ends by itself, and says meanwhile why it does not run', async () => {
    newest().end({ code: null, signal: 'SIGKILL' });
    await clock.advance(1);
    expect(child.state).to.deep.equal({ phase: 'waiting', reason: 'it was killed by SIGKILL' });
    await clock.advance(500);
    expect(child.state).to.deep.equal({ phase: 'running', pid: 2 });
    expect(child.starts).to.equal(2);
  });

  /** Ends the process and returns how long it takes until the next one is there. */
  const pauseAfterEnd = async (): Promise<number> => {
    const count = processes.length;
    newest().end();
    let waitedMs = 0;
    for (; processes.length === count; waitedMs += 50) await clock.advance(50);
    return waitedMs;
  };

  it('waits longer each time, 30 s at most, and begins anew once the child has run for a while', async () => {
    const pauses: number[] = [];
    for (let ends = 0; ends < 9; ends += 1) pauses.push(await pauseAfterEnd());
    expect(pauses[0]).to.be.within(400, 550);
    expect(pauses[3]).to.be.above(3_000);
    expect(pauses[8]).to.be.within(24_000, 30_050);
    await clock.advance(10_000);
    expect(await pauseAfterEnd()).to.be.within(400, 550);
  });

  it('restarts without a pause, by the newest specification', async () => {
    const next = { ...spec, args: ['--new'] };
    const restarted = child.restart(next);
    await clock.advance(0);
    await restarted;
    expect(processes[0]!.released).to.equal(1);
    expect(newest().spec.args).to.deep.equal(['--new']);
    expect(child.state).to.deep.equal({ phase: 'running', pid: 2 });
  });

  it('restarts at once what waits after an end', async () => {
    newest().end();
    await clock.advance(1);
    const restarted = child.restart();
    await clock.advance(0);
    await restarted;
    expect(child.state).to.deep.equal({ phase: 'running', pid: 2 });
  });

  it('kills what does not end in time', async () => {
    hangs = true;
    newest().end();
    await clock.advance(1_000);
    stop.abort();
    await clock.advance(11_000);
    expect(newest().killed).to.equal(0);
    await clock.advance(1_000);
    expect(newest().killed).to.equal(1);
    await running;
  });

  it('tells what a child said before it ended by itself, and nothing of one that it ended', async () => {
    newest().end({ failure: { code: 'Unauthenticated', message: 'refused' } });
    await clock.advance(1_000);
    expect(failures).to.deep.equal([{ code: 'Unauthenticated', message: 'refused' }]);
    stop.abort();
    await clock.advance(0);
    expect(failures).to.have.length(1);
  });
});
