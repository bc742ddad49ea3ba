import type { Duplex } from 'node:stream';
import type { Clock } from '../../../lib/clock/clock.js';
import { isError, LongshoreError } from '../../../lib/errors/errors.js';
import type { AttachOptions, ContainerProcess, ProcessOptions, ProcessOutput } from '../container-runtime.js';
import type { ContainerObserver } from './container-observer.js';
import { createExec } from './create-exec.js';
import type { DockerEngine } from './docker-engine.js';
import { noInput } from './no-input.js';
import { readOutput } from './output-frames.js';
import { signalExec } from './signal-exec.js';

/** Some two seconds in all. */
const resizeAttempts = 20;

interface Ports {
  engine: DockerEngine;
  observer: ContainerObserver;
  clock: Clock;
}

/** @throws LongshoreError NotFound */
export async function startProcess(
  { engine, clock }: Ports,
  containerId: string,
  options: ProcessOptions,
  signal: AbortSignal,
): Promise<ContainerProcess> {
  const { command, stdin, stdout, stderr, tty } = options;
  const exec = await createExec(engine, containerId, {
    Cmd: [...command],
    AttachStdin: stdin,
    AttachStdout: stdout,
    AttachStderr: stderr && !tty,
    Tty: tty,
  });
  const stream = await hijack(engine, `/exec/${exec.id}/start`, { Detach: false, Tty: tty }, signal);
  let ended = false;
  return {
    output: outputOf(stream, tty, () => (ended = true)),
    input: stdin ? stream : noInput(),
    resize: (columns, rows) =>
      tty && !ended
        ? resize(clock, () =>
            engine.call((docker) => docker.getExec(exec.id).resize({ w: columns, h: rows }) as Promise<unknown>),
          )
        : Promise.resolve(),
    exitCode: (waiting) =>
      pollExit(clock, waiting, async () => {
        const { Running: running, ExitCode: code } = await engine.call((docker) => docker.getExec(exec.id).inspect());
        return running ? undefined : (code ?? -1);
      }),
    close: async () => {
      stream.destroy();
      if (tty && !ended) await signalExec(engine, { execId: exec.id, containerId }, 'SIGHUP');
    },
  };
}

/** @throws LongshoreError NotFound */
export async function attachContainer(
  { engine, observer, clock }: Ports,
  containerId: string,
  options: AttachOptions,
  signal: AbortSignal,
): Promise<ContainerProcess> {
  const { Config: config, State: state } = await observer.inspect(containerId);
  if (!state.Running) throw new LongshoreError('NotFound', `container ${containerId} is not running`);
  const query = { stream: true, stdin: options.stdin, stdout: options.stdout, stderr: options.stderr };
  const stream = await hijack(engine, `/containers/${containerId}/attach?`, query, signal);
  return {
    output: outputOf(stream, config.Tty, () => undefined),
    input: options.stdin && config.OpenStdin ? stream : noInput(),
    resize: (columns, rows) =>
      resize(clock, () =>
        engine.call((docker) => docker.getContainer(containerId).resize({ w: columns, h: rows }) as Promise<unknown>),
      ),
    exitCode: (waiting) =>
      pollExit(clock, waiting, async () => {
        const { State: now } = await observer.inspect(containerId);
        return now.Running ? undefined : now.ExitCode;
      }),
    close: async () => void stream.destroy(),
  };
}

/** @throws LongshoreError NotFound when it does not run (any longer) */
async function hijack(
  engine: DockerEngine,
  path: string,
  options: Record<string, unknown>,
  signal: AbortSignal,
): Promise<Duplex> {
  try {
    return await engine.hijack(path, options, signal);
  } catch (thrown) {
    if (isError(thrown, 'Conflict')) throw new LongshoreError('NotFound', thrown.message, { cause: thrown });
    throw thrown;
  }
}

async function* outputOf(stream: Duplex, tty: boolean, onEnd: () => void): AsyncGenerator<ProcessOutput> {
  // Not the stream's own iterator: leaving that would destroy the stream, and stdin with it.
  yield* readOutput(stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>, tty);
  onEnd();
}

/** The output ends a moment before the engine notes the exit, or while the process goes on without it. */
async function pollExit(clock: Clock, signal: AbortSignal, read: () => Promise<number | undefined>): Promise<number> {
  for (let pauseMs = 5; ; pauseMs = Math.min(500, pauseMs * 2)) {
    const code = await read();
    if (code !== undefined) return code;
    await clock.sleep(pauseMs, signal);
  }
}

/** The engine says that it has begun a moment before the process has its terminal; one that has ended has none. */
async function resize(clock: Clock, call: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await call();
      return;
    } catch (thrown) {
      if (!isError(thrown, 'NotFound', 'Conflict', 'Internal')) throw thrown;
      if (attempt === resizeAttempts) return;
      await clock.sleep(10 * attempt);
    }
  }
}
