import { LongshoreError } from '../../../lib/errors/errors.js';
import type { Status } from '../../../lib/kubernetes/types/meta-v1.js';
import { failure, success } from '../status.js';

/** How a process ended, in the words that clients read the exit code from. */
export function exitStatus(code: number): Status {
  if (code === 0) return success();
  return {
    ...failure(500, 'NonZeroExitCode', `command terminated with non-zero exit code: exit status ${code}`),
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}

/** Why the streams of a process broke off. */
export function brokenStatus(thrown: unknown): Status {
  return failure(500, 'InternalError', LongshoreError.from(thrown).message);
}
