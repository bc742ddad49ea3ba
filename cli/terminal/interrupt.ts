import { systemClock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { exitCodes } from '../exit-codes.js';
import { statusLine } from './status-line.js';

/** How long a command has to end by itself after Ctrl-C. */
const graceMs = 1_000;

let interrupted: AbortController | undefined;

/**
 * A signal that aborts at Ctrl-C or SIGTERM. The command then has a second to clean up before
 * the process ends with 130; a second Ctrl-C ends it at once. A command that never asks for it
 * is ended by the signal itself.
 */
export function interruptSignal(): AbortSignal {
  if (interrupted) return interrupted.signal;
  const controller = (interrupted = new AbortController());
  const end = (): void => {
    statusLine.clear();
    process.exit(exitCodes.interrupted);
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) end();
      controller.abort(new LongshoreError('Cancelled', 'interrupted'));
      systemClock.after(graceMs, end);
    });
  }
  return controller.signal;
}

/** Whether the user has asked to stop. */
export function isInterrupted(): boolean {
  return interrupted?.signal.aborted === true;
}
