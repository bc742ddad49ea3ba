import { status as GrpcStatus, type StatusObject } from '@grpc/grpc-js';

import { LongshoreError } from '../errors/errors.js';
import type { Logger } from '../log/logger.js';

/**
 * What the caller of an RPC gets to see of a failure: the code and message of a
 * LongshoreError. Anything else is a fault of ours: it is logged, and the caller learns
 * only that there was one.
 */
export function statusOf(thrown: unknown, log: Logger, path: string): Pick<StatusObject, 'code' | 'details'> {
  if (thrown instanceof LongshoreError && thrown.code !== 'Internal') {
    return { code: thrown.grpcCode, details: thrown.message };
  }
  if (thrown instanceof Error && thrown.name === 'AbortError') return { code: GrpcStatus.CANCELLED, details: thrown.message };
  log.error('call failed', { path, error: thrown });
  return { code: GrpcStatus.INTERNAL, details: 'internal error; the control plane log says more' };
}
