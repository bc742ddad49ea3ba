import { expect } from 'chai';
import { LongshoreError, isError } from '../../lib/errors/errors.js';
import { contains } from '../../lib/net/cidr.js';
import type {
  ContainerProcess,
  ContainerRuntime,
  ContainerSpec,
  LogOptions,
  ObservedContainer,
  SandboxSpec,
} from './container-runtime.js';

/** What a container of the suite does. */
export type ContractProgram =
  /** Runs until SIGTERM, then exits with 143. */
  | 'waits'
  /** Ignores SIGTERM. */
  | 'ignores SIGTERM'
  /** Prints "one" and "two", each a line, and exits with 3. */
  | 'prints and fails'
  /** Prints "one" at once, exits with 0 after a second. */
  | 'prints and ends later'
  /** Cannot be started: there is no such file. */
  | 'does not exist'
  /** Prints what it reads from stdin, exits with 5 at its end. */
  | 'echoes'
  /** Answers an HTTP request on port 8080, of 127.0.0.1 only. */
  | 'serves';

/** One runtime to try. Time is the harness's: a fake steps its clock. */
export interface RuntimeHarness {
  runtime: ContainerRuntime;
  podCidr: string;
  /** On the node already. */
  image: string;
  /** Arranges for the next start of `containerName` to run `program`. @returns its command */
  program(containerName: string, program: ContractProgram): readonly string[];
  /** Lets time pass until `work` settles. */
  settle<T>(work: Promise<T>): Promise<T>;
  /** Commands for exec. */
  exec: {
    /** Prints "hello" and exits with 7. */
    prints: readonly string[];
    /** Never ends. */
    hangs: readonly string[];
    /** Prints "out" to stdout and "err" to stderr. */
    printsTwice: readonly string[];
    /** Prints what it reads from stdin, exits with 5 at its end. */
    echoes: readonly string[];
    /** Prints the rows and columns of its terminal once they are not 0, for example "24 80". */
    measures: readonly string[];
  };
}

export function makeSandboxSpec(uid: string, overrides: Partial<SandboxSpec> = {}): SandboxSpec {
  return {
    podUid: uid,
    podNamespace: 'default',
    podName: `pod-${uid}`,
    attempt: 0,
    hostname: `pod-${uid}`,
    hostNetwork: false,
    hostPid: false,
    hostIpc: false,
    shareProcessNamespace: false,
    hostPorts: [],
    sysctls: {},
    ...overrides,
  };
}

export function makeContainerSpec(uid: string, name: string, overrides: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    podUid: uid,
    podNamespace: 'default',
    podName: `pod-${uid}`,
    name,
    kind: 'app',
    attempt: 0,
    sandboxAttempt: 0,
    image: 'unset',
    env: [],
    mounts: [],
    limits: {},
    requests: {},
    security: {
      privileged: false,
      capabilitiesAdd: [],
      capabilitiesDrop: [],
      supplementalGroups: [],
      readOnlyRootFilesystem: false,
      noNewPrivileges: false,
    },
    stdin: false,
    stdinOnce: false,
    tty: false,
    specHash: 'hash-1',
    oomScoreAdj: 0,
    ...overrides,
  };
}

/** Collects a log. */
export async function readLog(runtime: ContainerRuntime, id: string, options: Partial<LogOptions> = {}): Promise<string> {
  const chunks: Uint8Array[] = [];
  const all = { follow: false, timestamps: false, ...options };
  for await (const chunk of runtime.logs(id, all, new AbortController().signal)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Reads a process to its end, as text by channel, with its exit code. */
export async function readProcess(process: ContainerProcess): Promise<{ stdout: string; stderr: string; code: number }> {
  const pieces: Record<'stdout' | 'stderr', Uint8Array[]> = { stdout: [], stderr: [] };
  for await (const { channel, data } of process.output) pieces[channel].push(data);
  const text = (channel: 'stdout' | 'stderr'): string => Buffer.concat(pieces[channel]).toString('utf8');
  const code = await process.exitCode(new AbortController().signal);
  await process.close();
  return { stdout: text('stdout'), stderr: text('stderr'), code };
}

/** The code of the LongshoreError that `work` fails with. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (thrown) {
    return thrown instanceof LongshoreError ? thrown.code : String(thrown);
  }
  return 'no error';
}

/** Everything that ContainerRuntime promises, for any engine. `make` is called once; the suite removes what it made. */
export function describeRuntimeContract(name: string, make: () => Promise<RuntimeHarness>): void {
  describe(`${name} (ContainerRuntime contract)`, () => {
    let harness: RuntimeHarness;
    let runtime: ContainerRuntime;
    let uid: string;
    let pods = 0;

    before(async () => {
      harness = await make();
      runtime = harness.runtime;
      await runtime.ensurePodNetwork({ podCidr: harness.podCidr });
    });
    beforeEach(() => {
      pods += 1;
      uid = `c0ffee00-0000-4000-8000-${String(pods).padStart(12, '0')}`;
    });
    afterEach(async () => {
      for (const pod of await runtime.observe()) {
        for (const { attempt } of pod.sandboxes) await runtime.removeSandbox(pod.podUid, attempt);
      }
    });
    after(async () => {
      await runtime.removeEverything();
    });

    const start = async (program: Parameters<RuntimeHarness['program']>[1], overrides: Partial<ContainerSpec> = {}) => {
      await runtime.startSandbox(makeSandboxSpec(uid));
      const command = harness.program(overrides.name ?? 'web', program);
      return runtime.startContainer(makeContainerSpec(uid, 'web', { image: harness.image, command, ...overrides }));
    };
    const find = async (id: string): Promise<ObservedContainer | undefined> =>
      (await runtime.observe(uid))[0]?.containers.find((container) => container.id === id);
    const exited = async (id: string): Promise<ObservedContainer> => {
      for (;;) {
        const container = await find(id);
        if (!container) throw new Error('the container is gone');
        if (container.state === 'exited') return container;
        await harness.settle(Promise.resolve());
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };

    /** Tries again while the container does not listen yet. */
    const listening = async <T>(dial: () => Promise<T>): Promise<T> => {
      for (;;) {
        try {
          return await dial();
        } catch (thrown) {
          if (!isError(thrown, 'Unavailable')) throw thrown;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    };

    it('says which engine it is', async () => {
      expect((await runtime.version()).version).to.match(/^\d+\./);
    });

    it('keeps the pod network when it is asked for again', async () => {
      await runtime.ensurePodNetwork({ podCidr: harness.podCidr });
    });

    it('gives every sandbox an address of its own from the pod CIDR', async () => {
      const other = `${uid.slice(0, -1)}x`;
      const [a, b] = await Promise.all([
        runtime.startSandbox(makeSandboxSpec(uid)),
        runtime.startSandbox(makeSandboxSpec(other)),
      ]);
      expect(contains(harness.podCidr, a.ip), a.ip).to.equal(true);
      expect(contains(harness.podCidr, b.ip), b.ip).to.equal(true);
      expect(a.ip).to.not.equal(b.ip);
      expect((await runtime.observe()).map(({ podUid }) => podUid)).to.have.members([uid, other]);
      expect((await runtime.observe(other)).map(({ podUid }) => podUid)).to.deep.equal([other]);
    });

    it('gives a sandbox in the host network no address', async () => {
      const sandbox = await runtime.startSandbox(makeSandboxSpec(uid, { hostNetwork: true }));
      expect(sandbox).to.include({ state: 'running', ip: '' });
    });

    it('returns the running sandbox when it is started again', async () => {
      const first = await runtime.startSandbox(makeSandboxSpec(uid));
      expect(await runtime.startSandbox(makeSandboxSpec(uid))).to.deep.equal(first);
    });

    it('starts a container and observes it by its labels', async () => {
      const started = await start('waits', { kind: 'init', attempt: 2, specHash: 'abc' });
      expect(started).to.include({ name: 'web', kind: 'init', attempt: 2, sandboxAttempt: 0, state: 'running', specHash: 'abc' });
      expect(started).to.include({ exitCode: 0, finishedAtMs: 0, oomKilled: false, error: '', image: harness.image });
      expect(started.startedAtMs).to.be.at.least(started.createdAtMs);
      const [pod] = await runtime.observe(uid);
      expect(pod).to.deep.include({ podUid: uid, podNamespace: 'default', podName: `pod-${uid}`, containers: [started] });
    });

    it('returns the container when the same attempt is started again', async () => {
      const first = await start('waits');
      expect(await start('waits')).to.deep.equal(first);
    });

    it('keeps the exit code and the log of a container that ended', async () => {
      const { id } = await start('prints and fails');
      const ended = await exited(id);
      expect(ended.exitCode).to.equal(3);
      expect(ended.finishedAtMs).to.be.at.least(ended.startedAtMs);
      expect(await readLog(runtime, id)).to.equal('one\ntwo\n');
      expect(await readLog(runtime, id, { tailLines: 1 })).to.equal('two\n');
      expect(await readLog(runtime, id, { limitBytes: 5 })).to.equal('one\nt');
      expect(await readLog(runtime, id, { sinceMs: ended.finishedAtMs + 60_000 })).to.equal('');
      expect(await readLog(runtime, id, { timestamps: true })).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z one\n\S+Z two\n$/);
    });

    it('follows a log until the container exits', async () => {
      const { id } = await start('prints and ends later');
      expect(await harness.settle(readLog(runtime, id, { follow: true }))).to.equal('one\n');
      expect((await exited(id)).exitCode).to.equal(0);
    });

    it('ends a followed log quietly when the reader goes away', async () => {
      const { id } = await start('waits');
      const reader = new AbortController();
      const reading = (async () => {
        const pieces: Uint8Array[] = [];
        for await (const piece of runtime.logs(id, { follow: true, timestamps: false }, reader.signal)) pieces.push(piece);
        return pieces.length;
      })();
      await new Promise((resolve) => setTimeout(resolve, 20));
      reader.abort();
      expect(await reading).to.equal(0);
    });

    it('has no log of a container that is gone', async () => {
      expect(await codeOf(readLog(runtime, 'f'.repeat(64)))).to.equal('NotFound');
    });

    it('keeps an exited container that says why the engine could not start it', async () => {
      const refused = await start('does not exist');
      expect(refused.state).to.equal('exited');
      expect(refused.startedAtMs).to.equal(0);
      expect(refused.exitCode).to.be.oneOf([126, 127, 128]);
      expect(refused.error).to.not.equal('');
      expect(await find(refused.id)).to.deep.equal(refused);
    });

    it('leaves nothing when the image is missing', async () => {
      await runtime.startSandbox(makeSandboxSpec(uid));
      const spec = makeContainerSpec(uid, 'web', { image: 'longshore-test/missing:1' });
      expect(await codeOf(runtime.startContainer(spec))).to.equal('NotFound');
      expect((await runtime.observe(uid))[0]?.containers).to.deep.equal([]);
    });

    it('leaves nothing when the sandbox is missing', async () => {
      const spec = makeContainerSpec(uid, 'web', { image: harness.image });
      expect(await codeOf(runtime.startContainer(spec))).to.equal('NotFound');
      expect((await runtime.observe(uid)).flatMap((pod) => pod.containers)).to.deep.equal([]);
    });

    it('stops a container by its signal, before the grace period is over', async () => {
      const { id } = await start('waits');
      await harness.settle(runtime.stopContainer(id, 30));
      expect(await find(id)).to.include({ state: 'exited', exitCode: 143 });
    });

    it('kills a container that outlasts its grace period', async () => {
      const { id } = await start('ignores SIGTERM');
      await harness.settle(runtime.stopContainer(id, 1));
      expect(await find(id)).to.include({ state: 'exited', exitCode: 137 });
    });

    it('stops and removes twice, and side by side, without harm', async () => {
      const { id } = await start('waits');
      await harness.settle(Promise.all([runtime.stopContainer(id, 5), runtime.stopContainer(id, 5)]));
      await runtime.stopContainer(id, 5);
      await Promise.all([runtime.removeContainer(id), runtime.removeContainer(id)]);
      await runtime.removeContainer(id);
      await runtime.stopContainer(id, 5);
      expect(await find(id)).to.equal(undefined);
    });

    it('runs a command and returns its exit code and output', async () => {
      const { id } = await start('waits');
      const result = await harness.settle(runtime.exec(id, harness.exec.prints, 5_000));
      expect(result).to.deep.equal({ exitCode: 7, output: 'hello\n' });
    });

    it('gives up a command at its deadline', async () => {
      const { id } = await start('waits');
      const late = codeOf(runtime.exec(id, harness.exec.hangs, 300));
      expect(await harness.settle(late)).to.equal('DeadlineExceeded');
    });

    it('runs no command in a container that has exited or is gone', async () => {
      const { id } = await start('prints and fails');
      await exited(id);
      expect(await codeOf(runtime.exec(id, harness.exec.prints, 1_000))).to.equal('NotFound');
      expect(await codeOf(runtime.exec('f'.repeat(64), harness.exec.prints, 1_000))).to.equal('NotFound');
    });

    const { signal } = new AbortController();
    const process = async (command: readonly string[], streams: { stdin?: boolean; tty?: boolean } = {}) => {
      const { id } = await start('waits');
      const { stdin = false, tty = false } = streams;
      return runtime.startProcess(id, { command, stdin, tty, stdout: true, stderr: true }, signal);
    };

    it('connects the output of a command, each channel for itself, and tells its exit code', async () => {
      const both = await process(harness.exec.printsTwice);
      expect(await readProcess(both)).to.deep.equal({ stdout: 'out\n', stderr: 'err\n', code: 0 });
      const failing = await process(harness.exec.prints);
      expect(await readProcess(failing)).to.deep.equal({ stdout: 'hello\n', stderr: '', code: 7 });
    });

    it('carries stdin to a command, unharmed, to its end', async () => {
      const echo = await process(harness.exec.echoes, { stdin: true });
      const sent = 'a line\n'.repeat(20_000);
      echo.input.end(sent);
      const { stdout, code } = await readProcess(echo);
      expect(code).to.equal(5);
      expect(stdout === sent, `${stdout.length} of ${sent.length} characters`).to.equal(true);
    });

    it('gives a command a terminal of the size that it is told', async () => {
      const measure = await process(harness.exec.measures, { stdin: true, tty: true });
      await measure.resize(123, 45);
      const { stdout } = await readProcess(measure);
      expect(stdout).to.contain('45 123');
    });

    it('starts no process in a container that has exited', async () => {
      const { id } = await start('prints and fails');
      await exited(id);
      const options = { command: harness.exec.prints, stdin: false, stdout: true, stderr: true, tty: false };
      expect(await codeOf(runtime.startProcess(id, options, signal))).to.equal('NotFound');
      expect(await codeOf(runtime.attach(id, { stdin: false, stdout: true, stderr: true }, signal))).to.equal('NotFound');
    });

    it("connects to a container's own process", async () => {
      const { id } = await start('echoes', { stdin: true, stdinOnce: true });
      const attached = await runtime.attach(id, { stdin: true, stdout: true, stderr: true }, signal);
      attached.input.end('hello\n');
      expect(await harness.settle(readProcess(attached))).to.deep.equal({ stdout: 'hello\n', stderr: '', code: 5 });
    });

    it('lets go of a process', async () => {
      const endless = await process(harness.exec.hangs, { stdin: true });
      await endless.close();
      await endless.close();
    });

    it('connects to a port of localhost inside the pod, each direction to its own end', async () => {
      await start('serves');
      const connection = await listening(() => runtime.dial(uid, 8080, signal));
      connection.end('GET /none HTTP/1.0\r\n\r\n');
      const answer: Buffer[] = [];
      for await (const chunk of connection as AsyncIterable<Buffer>) answer.push(chunk);
      expect(Buffer.concat(answer).toString()).to.match(/^HTTP\/1\.[01] 404 /);
    });

    it('says so when nothing listens on a port, or the pod does not run', async () => {
      await start('waits');
      const refused = await runtime.dial(uid, 8081, signal).catch((thrown: unknown) => thrown);
      expect(isError(refused, 'Unavailable')).to.equal(true);
      expect((refused as Error).message).to.match(/localhost:8081 inside the pod: .*refused/i);
      await runtime.removeSandbox(uid, 0);
      expect(await codeOf(runtime.dial(uid, 8080, signal))).to.equal('NotFound');
    });

    it('stops a sandbox and keeps its exited containers', async () => {
      const { id } = await start('prints and fails');
      await exited(id);
      await runtime.stopSandbox(uid, 0);
      await runtime.stopSandbox(uid, 0);
      const [pod] = await runtime.observe(uid);
      expect(pod?.sandboxes[0]).to.include({ state: 'exited', ip: '' });
      expect(await readLog(runtime, id)).to.equal('one\ntwo\n');
    });

    it('removes a sandbox with everything in it, twice without harm', async () => {
      await start('ignores SIGTERM');
      await runtime.removeSandbox(uid, 0);
      await runtime.removeSandbox(uid, 0);
      expect(await runtime.observe(uid)).to.deep.equal([]);
    });

    it('removes the containers of one sandbox attempt only', async () => {
      await start('waits');
      await runtime.startSandbox(makeSandboxSpec(uid, { attempt: 1 }));
      const command = harness.program('web', 'waits');
      const second = makeContainerSpec(uid, 'web', { image: harness.image, command, attempt: 1, sandboxAttempt: 1 });
      const { id } = await runtime.startContainer(second);
      await runtime.removeSandbox(uid, 0);
      const [pod] = await runtime.observe(uid);
      expect(pod?.sandboxes.map(({ attempt }) => attempt)).to.deep.equal([1]);
      expect(pod?.containers.map((container) => container.id)).to.deep.equal([id]);
    });

    it('tells of pods that change', async () => {
      const reader = new AbortController();
      const seen = new Set<string>();
      const reading = (async () => {
        for await (const podUid of runtime.changes(reader.signal)) seen.add(podUid);
      })();
      await new Promise((resolve) => setTimeout(resolve, 50));
      await start('waits');
      while (!seen.has(uid)) await new Promise((resolve) => setTimeout(resolve, 10));
      reader.abort();
      await reading;
    });

    it('knows local images and no others', async () => {
      const image = await runtime.image(harness.image);
      expect(image?.names).to.include(harness.image);
      expect(image?.user).to.equal('');
      expect((await runtime.images()).map(({ id }) => id)).to.include(image?.id);
      expect(await runtime.image('longshore-test/missing:1')).to.equal(undefined);
    });

    it('removes everything of the node', async () => {
      await start('waits');
      await runtime.removeEverything();
      expect(await runtime.observe()).to.deep.equal([]);
      await runtime.ensurePodNetwork({ podCidr: harness.podCidr });
    });

    it('fails with LongshoreError only', async () => {
      const failure = await runtime.startContainer(makeContainerSpec(uid, 'web')).catch((thrown: unknown) => thrown);
      expect(isError(failure, 'NotFound')).to.equal(true);
    });
  });
}
