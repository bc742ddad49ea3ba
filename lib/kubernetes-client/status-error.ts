import { isError, LongshoreError, type ErrorCode } from '../errors/errors.js';
import type { Status, StatusCause } from '../kubernetes/types/meta-v1.js';

/** What a Status adds to a LongshoreError, in its `fields`. */
export interface StatusFields {
  /** Kubernetes' reason, such as AlreadyExists. */
  reason: string | undefined;
  httpStatus: number;
  /** One for each wrong field. */
  causes: StatusCause[];
  /** Kind and name that the error is about, as the server says them. */
  kind?: string;
  name?: string;
  retryAfterSeconds?: number;
}

const codesOfReasons: Record<string, ErrorCode> = {
  AlreadyExists: 'AlreadyExists',
  BadRequest: 'InvalidArgument',
  Conflict: 'Conflict',
  Expired: 'Expired',
  Forbidden: 'PermissionDenied',
  Gone: 'Expired',
  Invalid: 'InvalidArgument',
  MethodNotAllowed: 'FailedPrecondition',
  NotAcceptable: 'FailedPrecondition',
  NotFound: 'NotFound',
  RequestEntityTooLarge: 'InvalidArgument',
  ServerTimeout: 'Unavailable',
  ServiceUnavailable: 'Unavailable',
  Timeout: 'DeadlineExceeded',
  TooManyRequests: 'ResourceExhausted',
  Unauthorized: 'Unauthenticated',
  UnsupportedMediaType: 'FailedPrecondition',
};

const codesOfHttp: Record<number, ErrorCode> = {
  400: 'InvalidArgument',
  401: 'Unauthenticated',
  403: 'PermissionDenied',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  413: 'InvalidArgument',
  422: 'InvalidArgument',
  429: 'ResourceExhausted',
  502: 'Unavailable',
  503: 'Unavailable',
  504: 'DeadlineExceeded',
};

/** The error that a Status of the API server stands for; its message is the server's. */
export function errorOfStatus(status: Partial<Status>, httpStatus: number): LongshoreError {
  const { reason, message, details } = status;
  const fields: StatusFields = {
    reason,
    httpStatus,
    causes: details?.causes ?? [],
    kind: details?.kind,
    name: details?.name,
    retryAfterSeconds: details?.retryAfterSeconds,
  };
  const code = codesOfReasons[reason ?? ''] ?? codesOfHttp[httpStatus] ?? (httpStatus < 500 ? 'FailedPrecondition' : 'Internal');
  return new LongshoreError(code, message ?? `the API server answered with HTTP ${httpStatus}`, { fields: { ...fields } });
}

/** The error of an answer whose body may be a Status, or a page of a proxy in between. */
export function errorOfAnswer(body: string, httpStatus: number): LongshoreError {
  try {
    const status = JSON.parse(body) as Partial<Status>;
    if (status.kind === 'Status') return errorOfStatus(status, httpStatus);
  } catch {
    // Not JSON: the text itself is all there is to say.
  }
  const text = body.trim().split('\n')[0]?.slice(0, 200);
  return errorOfStatus({ message: `the API server answered with HTTP ${httpStatus}${text ? `: ${text}` : ''}` }, httpStatus);
}

/** Whether the same request may succeed later: the server is away, overloaded or starting. */
export function isTransient(thrown: unknown): boolean {
  return isError(thrown, 'Unavailable', 'ResourceExhausted', 'DeadlineExceeded');
}
