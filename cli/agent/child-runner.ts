import { spawn } from 'node:child_process';

import { type ProcessFailure, readFailure } from '../../lib/lifecycle/supervised-process.js';
import type { ChildSpec } from './child-specs.js';

/** How a child process ended. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it said before it ended, when it was not told to end. */
  readonly failure: ProcessFailure | undefined;
}

export interface RunningChild {
  readonly pid: number | undefined;
  readonly ended: Promise<ChildEnd>;
  /** Asks it to end in order. */
  release(): void;
  kill(): void;
}

export type StartChild = (spec: ChildSpec) => RunningChild;

/** Starts a program that shares this process's output, and that ends when this process does. */
export function startChild(spec: ChildSpec): RunningChild {
  const child = spawn(process.execPath, [...spec.nodeFlags, ...spec.args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...spec.environment },
  });
  let failure: ProcessFailure | undefined;
  child.on('message', (message) => {
    failure ??= readFailure(message);
  });
  return {
    pid: child.pid,
    ended: new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        resolve({ code, signal, failure });
      });
      child.once('error', ({ message }) => {
        // Without a pid it was never started and no exit follows.
        if (child.pid === undefined) resolve({ code: null, signal: null, failure: { code: 'Unavailable', message } });
      });
    }),
    release: () => {
      if (child.connected) child.disconnect();
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
