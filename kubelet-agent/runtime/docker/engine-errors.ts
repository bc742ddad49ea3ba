import { LongshoreError, type ErrorCode } from '../../../lib/errors/errors.js';

/** The engine's HTTP status, or undefined when there was no answer. */
export function statusOf(thrown: unknown): number | undefined {
  const status = field(thrown, 'statusCode');
  return typeof status === 'number' ? status : undefined;
}

/** The engine's own message, without what dockerode puts round it. */
export function messageOf(thrown: unknown): string {
  const answered = field(field(thrown, 'json'), 'message');
  if (typeof answered === 'string') return answered.trim();
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return message.replace(/^\(HTTP code \d+\) [^-]* - /, '').trim();
}

/**
 * An engine's failure as a LongshoreError: no answer and 503 are Unavailable, 404
 * NotFound, 400 InvalidArgument, 401 Unauthenticated, 409 Conflict, else Internal.
 */
export function engineError(thrown: unknown): LongshoreError {
  if (thrown instanceof LongshoreError) return thrown;
  if (thrown instanceof Error && thrown.name === 'AbortError') return LongshoreError.from(thrown);
  return new LongshoreError(codeOf(thrown), messageOf(thrown), { cause: thrown });
}

function codeOf(thrown: unknown): ErrorCode {
  const status = statusOf(thrown);
  if (status === undefined) return typeof field(thrown, 'code') === 'string' ? 'Unavailable' : 'Internal';
  const codes: Record<number, ErrorCode> = {
    400: 'InvalidArgument',
    401: 'Unauthenticated',
    403: 'PermissionDenied',
    404: 'NotFound',
    409: 'Conflict',
    503: 'Unavailable',
  };
  return codes[status] ?? 'Internal';
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
