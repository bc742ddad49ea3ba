import { execFile, spawn } from 'node:child_process';

import { LongshoreError } from '../../lib/errors/errors.js';

export interface RunOptions {
  /** Beside this process's own environment. */
  env?: Readonly<Record<string, string>>;
  timeoutMs?: number;
  /** What is returned: standard output (the default), or standard error after it. */
  output?: 'stdout' | 'both';
}

/**
 * Runs a program to its end.
 * @returns what it printed
 * @throws LongshoreError Unavailable when it cannot be started, else Internal with the end of what it said
 */
export function runCommand(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const [file = '', ...args] = command;
  const { env, timeoutMs = 60_000, output = 'stdout' } = options;
  return new Promise((resolve, reject) => {
    execFile(
      file,
      args,
      { env: { ...process.env, ...env }, timeout: timeoutMs, maxBuffer: 32 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (!error) resolve(output === 'both' ? stdout + stderr : stdout);
        else reject(failureOf(command, error.code, (stderr || stdout || error.message).trim().slice(-1_500), error));
      },
    );
  });
}

/** Runs a program on this terminal. @returns its exit code */
export function runAttached(command: readonly string[], options: RunOptions = {}): Promise<number> {
  const [file = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env: { ...process.env, ...options.env }, stdio: 'inherit' });
    child.once('error', (error: NodeJS.ErrnoException) => {
      reject(failureOf(command, error.code, error.message, error));
    });
    child.once('exit', (code, signal) => {
      resolve(code ?? (signal === null ? 1 : 128));
    });
  });
}

/** A program that reads its standard input, and one that is told what the first one writes. */
export interface Pipe {
  readonly command: readonly string[];
  /** Resolves to undefined, or to what went wrong. */
  readonly ended: Promise<string | undefined>;
}

/**
 * Runs `source` once and writes all that it prints to every one of `sinks`, as fast as the slowest takes it.
 * A sink that ends early is left out; the others go on.
 * @throws LongshoreError Internal when `source` fails
 */
export async function fanOut(source: readonly string[], sinks: readonly (readonly string[])[]): Promise<Pipe[]> {
  const [file = '', ...args] = source;
  const reader = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const writers = sinks.map(startSink);
  let said = '';
  reader.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<number | null>((resolve, reject) => {
    reader.once('error', reject);
    reader.once('close', resolve);
  });
  for await (const chunk of reader.stdout) await Promise.all(writers.map((writer) => writer.write(chunk as Buffer)));
  const code = await ended;
  for (const writer of writers) writer.end();
  if (code !== 0) {
    await Promise.all(writers.map(({ pipe }) => pipe.ended));
    throw failureOf(source, code, said.trim());
  }
  return writers.map(({ pipe }) => pipe);
}

interface Sink {
  readonly pipe: Pipe;
  write(chunk: Buffer): Promise<void>;
  end(): void;
}

function startSink(command: readonly string[]): Sink {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  let open = true;
  child.stdout.resume();
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => {
      open = false;
      resolve(error.message);
    });
    child.once('close', (code) => {
      open = false;
      resolve(code === 0 ? undefined : said.trim() || `it ended with code ${code ?? 'of a signal'}`);
    });
  });
  // The program ended before its input did; `ended` says why.
  child.stdin.on('error', () => (open = false));
  return {
    pipe: { command, ended },
    write: (chunk) =>
      new Promise((resolve) => {
        if (!open) resolve();
        else child.stdin.write(chunk, () => resolve());
      }),
    end: () => child.stdin.end(),
  };
}

function failureOf(command: readonly string[], code: unknown, said: string, cause?: unknown): LongshoreError {
  const [file = ''] = command;
  if (code === 'ENOENT') return new LongshoreError('Unavailable', `there is no program ${file}: install Docker`, { cause });
  return new LongshoreError('Internal', `${command.slice(0, 3).join(' ')} failed: ${said}`, { cause });
}
