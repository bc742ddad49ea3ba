import type { ErrorCode } from './errors.js';

/** How a program ends. `exec` ends with the code of its own command instead. */
export const exitCodes = {
  success: 0,
  /** It was tried and failed, or what was asked about is not well. */
  failure: 1,
  /** The command line or an input says something that cannot be. */
  usage: 2,
  notFound: 3,
  /** Somebody else was faster, or the state of things does not allow it. */
  conflict: 4,
  /** The server does not answer, or not in time. */
  unavailable: 5,
  /** Ctrl-C: 128 and the number of the signal, as shells have it. */
  interrupted: 130,
} as const;

const codes: Partial<Record<ErrorCode, number>> = {
  InvalidArgument: exitCodes.usage,
  NotFound: exitCodes.notFound,
  AlreadyExists: exitCodes.conflict,
  Conflict: exitCodes.conflict,
  FailedPrecondition: exitCodes.conflict,
  ResourceExhausted: exitCodes.unavailable,
  Unavailable: exitCodes.unavailable,
  DeadlineExceeded: exitCodes.unavailable,
};

/** The exit code of a program that ended with an error of this code. */
export function exitCodeOf(code: ErrorCode): number {
  return codes[code] ?? exitCodes.failure;
}
