import { execFile, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

import { systemClock } from '../clock/clock.js';
import { LongshoreError } from '../errors/errors.js';
import type { ProcessSpec } from './process-specs.js';
import { readProcessTable } from './process-table.js';

/** Starts a process of its own session that outlives this one; its log is appended to `logFile`. */
export function startDetached(spec: ProcessSpec, logFile: string): number {
  mkdirSync(spec.stateDir, { recursive: true, mode: 0o700 });
  mkdirSync(dirname(logFile), { recursive: true, mode: 0o700 });
  const log = openSync(logFile, 'a', 0o600);
  try {
    const child = spawn(process.execPath, [...spec.nodeFlags, ...spec.args], { detached: true, stdio: ['ignore', log, log] });
    child.unref();
    if (child.pid === undefined) throw new LongshoreError('Internal', `could not start ${spec.name}`);
    return child.pid;
  } finally {
    closeSync(log);
  }
}

/** SIGTERM to all, then SIGKILL to what is left after `graceMs`. Resolves when none of the cluster's processes runs. */
export async function stopProcesses(dir: string, graceMs: number): Promise<number> {
  const running = await readProcessTable(dir);
  for (const { pid } of running) {
    signalProcess(pid, 'SIGTERM');
    // One that a test has frozen hears nothing else.
    signalProcess(pid, 'SIGCONT');
  }
  const deadline = systemClock.monotonic() + graceMs;
  for (;;) {
    const left = await readProcessTable(dir);
    if (left.length === 0) return running.length;
    if (systemClock.monotonic() > deadline) for (const { pid } of left) signalProcess(pid, 'SIGKILL');
    await systemClock.sleep(50);
  }
}

export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (thrown) {
    // It ended by itself: that is what was wanted.
    if ((thrown as NodeJS.ErrnoException).code !== 'ESRCH') throw thrown;
  }
}

/**
 * Runs a program to its end.
 * @returns its standard output
 * @throws LongshoreError Internal with the end of its standard error
 */
export function runProgram(
  file: string,
  args: readonly string[],
  options: { timeoutMs?: number; input?: string } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      file,
      args,
      { timeout: options.timeoutMs ?? 60_000, maxBuffer: 8 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (!error) resolve(stdout);
        else
          reject(
            new LongshoreError('Internal', `${file} ${args[0] ?? ''} failed: ${(stderr || error.message).trim().slice(-1000)}`, {
              cause: error,
            }),
          );
      },
    );
    child.stdin?.end(options.input);
  });
}
