import { type ErrorCode, LongshoreError } from '../errors/errors.js';

/** Why a process ended, for the process that started it. */
export interface ProcessFailure {
  readonly code: ErrorCode;
  readonly message: string;
}

/**
 * The side of a supervised process, which was started with an IPC channel. The channel's end
 * is the request to stop: the supervisor closes it to stop the process, and the kernel closes
 * it when the supervisor dies, so that nothing outlives its supervisor unseen. Does nothing in
 * a process that has no supervisor.
 */
export function onReleased(stop: () => void): void {
  if (process.connected) process.once('disconnect', stop);
}

/** Tells the supervisor, if there is one, why this process is about to end. */
export function reportFailure(thrown: unknown): Promise<void> {
  const { code, message } = LongshoreError.from(thrown);
  return new Promise((resolve) => {
    if (!process.connected || !process.send) {
      resolve();
      return;
    }
    // A supervisor that is gone needs no report.
    process.send({ failure: { code, message } satisfies ProcessFailure }, undefined, undefined, () => {
      resolve();
    });
  });
}

/** The failure in what a supervised process sent, if it is one. */
export function readFailure(message: unknown): ProcessFailure | undefined {
  if (typeof message !== 'object' || message === null || !('failure' in message)) return undefined;
  return message.failure as ProcessFailure;
}
