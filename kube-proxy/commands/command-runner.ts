import { spawn } from 'node:child_process';

import { LongshoreError } from '../../lib/errors/errors.js';

export interface CommandOptions {
  /** Text for its standard input; none is an empty one. */
  input?: string;
  /** Default 10 s. */
  timeoutMs?: number;
}

/**
 * Runs `file` with `args`, without a shell.
 * @returns its standard output
 * @throws LongshoreError NotFound when the program is not installed, DeadlineExceeded when it
 *   took too long, otherwise Internal with its exit status and standard error in `fields`
 */
export type CommandRunner = (file: string, args: readonly string[], options?: CommandOptions) => Promise<string>;

export const runCommand: CommandRunner = (file, args, options = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'pipe', timeout: options.timeoutMs ?? 10_000, killSignal: 'SIGKILL' });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'ENOENT'
          ? new LongshoreError('NotFound', `${file} is not installed`, { cause: error })
          : new LongshoreError('Internal', `${file} cannot be run: ${error.message}`, { cause: error }),
      );
    });
    child.on('close', (status, signal) => {
      if (status === 0) resolve(Buffer.concat(stdout).toString());
      else reject(failure(file, args, { status, signal, stderr: Buffer.concat(stderr).toString().trim() }));
    });
    // A program that ends without reading its input: its exit status says what happened.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });

function failure(
  file: string,
  args: readonly string[],
  result: { status: number | null; signal: NodeJS.Signals | null; stderr: string },
): LongshoreError {
  if (result.signal === 'SIGKILL') return new LongshoreError('DeadlineExceeded', `${file} took too long`, { fields: { args } });
  const firstLine = result.stderr.split('\n')[0] ?? '';
  return new LongshoreError('Internal', `${file} failed: ${firstLine}`, { fields: { args, ...result } });
}
