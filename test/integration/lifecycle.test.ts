import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { expect } from 'chai';

import { systemClock } from '../../lib/clock/clock.js';

type Behaviour = 'good' | 'unready' | 'throws' | 'rejects' | 'task-fails' | 'task-ends' | 'hangs';

/** A real process in the frame that all three programs have. */
class FramedProcess {
  readonly child: ChildProcess;
  output = '';
  readonly #exited: Promise<unknown[]>;

  constructor(behaviour: Behaviour) {
    const program = new URL('../support/lifecycle-process.ts', import.meta.url).pathname;
    this.child = spawn(process.execPath, ['--import', 'tsx', program, behaviour], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    this.#exited = once(this.child, 'close');
  }

  /** The health server's port, once it listens. */
  async ready(): Promise<number> {
    for (;;) {
      const port = /ready (\d+)/.exec(this.output)?.[1];
      if (port !== undefined) return Number(port);
      if (this.child.exitCode !== null) expect.fail(this.output);
      await systemClock.sleep(20);
    }
  }

  async said(text: string): Promise<void> {
    while (!this.output.includes(text)) await systemClock.sleep(10);
  }

  async status(): Promise<unknown> {
    return (await this.#exited)[0];
  }
}

describe('the frame of a process', function () {
  this.timeout(20_000);
  let framed: FramedProcess;
  const start = (behaviour: Behaviour): FramedProcess => (framed = new FramedProcess(behaviour));

  afterEach(() => framed.child.kill('SIGKILL'));

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`finishes what it does and ends with 0 at ${signal}`, async () => {
      await start('good').ready();
      framed.child.kill(signal);
      expect(await framed.status()).to.equal(0);
      expect(framed.output).to.include('drained').and.include('"stopped"');
    });
  }

  it('ends with 1 at once at a second signal', async () => {
    await start('hangs').ready();
    framed.child.kill('SIGTERM');
    await framed.said('"stopping"');
    const startedMs = systemClock.monotonic();
    framed.child.kill('SIGTERM');
    expect(await framed.status()).to.equal(1);
    expect(systemClock.monotonic() - startedMs).to.be.lessThan(1_000);
    expect(framed.output).to.not.include('drained');
  });

  it('ends with 1 when it does not stop in time', async () => {
    await start('hangs').ready();
    framed.child.kill('SIGTERM');
    expect(await framed.status()).to.equal(1);
    expect(framed.output).to.include('did not stop in time');
  });

  const failures: [Behaviour, string][] = [
    ['throws', 'broken from the start'],
    ['rejects', 'nobody caught this'],
    ['task-fails', 'a task broke'],
    ['task-ends', 'task failing ended by itself'],
  ];
  for (const [behaviour, reason] of failures) {
    it(`ends with 1 and says why when it ${behaviour}`, async () => {
      start(behaviour);
      expect(await framed.status()).to.equal(1);
      expect(framed.output).to.include(reason);
    });
  }

  it('lets the other tasks finish when one fails', async () => {
    start('task-fails');
    await framed.status();
    expect(framed.output).to.include('drained');
  });

  it('tells its health and its metrics', async () => {
    const port = await start('unready').ready();
    const get = async (path: string): Promise<[number, string]> => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return [response.status, await response.text()];
    };
    expect(await get('/healthz')).to.deep.equal([200, 'ok\n']);
    expect(await get('/readyz')).to.deep.equal([503, '[+]good ok\n[-]late failed: still starting\ncheck failed\n']);
    expect((await get('/metrics'))[1]).to.match(/process_resident_memory_bytes\{component="lifecycle-test"\} \d/);
    expect((await get('/other'))[0]).to.equal(404);
    framed.child.kill('SIGTERM');
    expect(await framed.status()).to.equal(0);
  });
});
