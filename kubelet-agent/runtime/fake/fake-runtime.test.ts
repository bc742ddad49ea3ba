import type { Readable } from 'node:stream';

import { expect } from 'chai';
import { waitForAbort } from '../../../lib/async/signals.js';
import { FakeClock } from '../../../lib/clock/fake-clock.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import {
  codeOf,
  describeRuntimeContract,
  makeContainerSpec,
  makeSandboxSpec,
  type ContractProgram,
} from '../runtime-contract.js';
import type { FakeProgram } from './fake-container.js';
import type { FakeMain } from './fake-process.js';
import { FakeRuntime } from './fake-runtime.js';

const image = 'busybox:1';
const exec = (command: readonly string[]) =>
  command[0] === 'hang' ? { exitCode: 0, durationMs: Infinity } : { exitCode: 7, output: 'hello\n' };
const process = ([word = '']: readonly string[]): FakeMain | undefined => mains[word];
const mains: Record<string, FakeMain> = {
  twice: async ({ write }) => {
    await write('out\n');
    await write('err\n', 'stderr');
    return 0;
  },
  echo: async ({ stdin, write }) => {
    for await (const chunk of stream(stdin)) await write(chunk);
    return 5;
  },
  hang: async ({ hungUp }) => {
    await waitForAbort(hungUp);
    return 129;
  },
  measure: async ({ size, write }) => {
    while (size.rows === 0) await new Promise((resolve) => setImmediate(resolve));
    await write(`${size.rows} ${size.columns}\n`);
    return 0;
  },
};
const stream = (readable: Readable): AsyncIterable<Buffer> => readable;

const programs: Record<Exclude<ContractProgram, 'does not exist'>, FakeProgram> = {
  waits: { exec, process },
  echoes: {
    onInput: (text, container) => {
      container.write(text.trimEnd());
      container.exit(5);
    },
  },
  serves: { ports: { 8080: (connection) => connection.end('HTTP/1.0 404 Not Found\r\n\r\n') } },
  'ignores SIGTERM': { stopAfterMs: Infinity },
  'prints and fails': { output: ['one', 'two'], exitAfterMs: 10, exitCode: 3 },
  'prints and ends later': { output: ['one'], exitAfterMs: 1_000 },
};

describeRuntimeContract('FakeRuntime', async () => {
  const clock = new FakeClock();
  const runtime = new FakeRuntime({ clock, images: [image] });
  return {
    runtime,
    podCidr: '10.244.1.0/24',
    image,
    program: (containerName, program) => {
      if (program === 'does not exist') runtime.failNextStart(containerName, { exitCode: 127, error: 'no such file' });
      else runtime.behave(containerName, programs[program]);
      return [program];
    },
    settle: async (work) => {
      let settled = false;
      const done = work.finally(() => (settled = true));
      done.catch(() => undefined);
      do await clock.advance(100);
      while (!settled);
      return done;
    },
    exec: { prints: ['print'], hangs: ['hang'], printsTwice: ['twice'], echoes: ['echo'], measures: ['measure'] },
  };
});

describe('FakeRuntime', () => {
  const uid = 'c0ffee00-0000-4000-8000-000000000001';
  let clock: FakeClock;
  let runtime: FakeRuntime;

  beforeEach(async () => {
    clock = new FakeClock();
    runtime = new FakeRuntime({ clock, images: [image] });
    await runtime.ensurePodNetwork({ podCidr: '10.244.1.0/24' });
  });

  it('lets a container crash when a test says so', async () => {
    await runtime.startSandbox(makeSandboxSpec(uid));
    await runtime.startContainer(makeContainerSpec(uid, 'web', { image }));
    runtime.crash(uid, 'web', { oomKilled: true });
    const [pod] = await runtime.observe(uid);
    expect(pod?.containers[0]).to.include({ state: 'exited', exitCode: 137, oomKilled: true });
  });

  it('gives a pod the address that a test chose', async () => {
    runtime.assignIp(uid, '10.244.1.77');
    expect((await runtime.startSandbox(makeSandboxSpec(uid))).ip).to.equal('10.244.1.77');
  });

  it('answers nothing during an outage', async () => {
    runtime.setOutage(true);
    expect(await codeOf(runtime.observe())).to.equal('Unavailable');
    runtime.setOutage(false);
    expect(await runtime.observe()).to.deep.equal([]);
  });

  it('pulls as slowly and as badly as a test wants', async () => {
    const { signal } = new AbortController();
    runtime.registry.addRemote('app:1', { pullMs: 1_000, password: 'pw' });
    runtime.registry.failNextPull('app:1', new LongshoreError('Unavailable', 'connection refused'));
    const credentials = { username: 'u', password: 'pw', serverAddress: 'r' };
    const first = codeOf(runtime.pullImage('app:1', credentials, signal));
    await clock.advance(1_000);
    expect(await first).to.equal('Unavailable');
    const second = codeOf(runtime.pullImage('app:1', undefined, signal));
    await clock.advance(1_000);
    expect(await second).to.equal('Unauthenticated');
    const third = runtime.pullImage('app:1', credentials, signal);
    await clock.advance(1_000);
    await third;
    expect(await runtime.image('app:1')).to.not.equal(undefined);
    expect(await codeOf(runtime.pullImage('nowhere:1', undefined, signal))).to.equal('NotFound');
  });
});
