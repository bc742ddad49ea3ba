import { CommanderError } from 'commander';

import { LongshoreError } from '../../lib/errors/errors.js';
import { exitCodeOf, exitCodes } from '../exit-codes.js';
import { colorsFor } from './colors.js';
import { isInterrupted } from './interrupt.js';
import { statusLine } from './status-line.js';

/** Says on standard error why the command failed. @returns the exit code */
export function reportError(thrown: unknown): number {
  statusLine.clear();
  if (isInterrupted()) return exitCodes.interrupted;
  // Commander has said it already; help and version are no failures.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.success : exitCodes.usage;
  const error = LongshoreError.from(thrown);
  printError(error.message);
  return exitCodeOf(error.code);
}

/** An error's line on standard error. */
export function printError(message: string): void {
  process.stderr.write(`${colorsFor(process.stderr).red('longshore:')} ${message}\n`);
}

/** A warning's line on standard error. */
export function printWarning(message: string): void {
  process.stderr.write(`${colorsFor(process.stderr).yellow('warning:')} ${message}\n`);
}
