import { LongshoreError, type ErrorCode } from '../../lib/errors/errors.js';
import type { Status, StatusCause, StatusDetails } from '../../lib/kubernetes/types/meta-v1.js';

/** What a request was about, for the words of its Status. */
export interface StatusSubject {
  group: string;
  /** Plural, as in the path. */
  resource: string;
  kind?: string;
  name?: string;
}

/** An answer that is a Kubernetes Status. Thrown by handlers, written by the dispatcher. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly status: Status & { code: number };
  /** Headers that belong to the answer, such as Allow of a 405. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: number,
    reason: string,
    message: string,
    options: { details?: StatusDetails; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = failure(code, reason, message, options.details);
    this.headers = options.headers ?? {};
  }
}

export function failure(code: number, reason: string, message: string, details?: StatusDetails): Status & { code: number } {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === '' ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  };
}

export function success(details?: StatusDetails): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', ...(details === undefined ? {} : { details }) };
}

export const badRequest = (message: string): StatusError => new StatusError(400, 'BadRequest', message);

/** A path or a resource that is not served. */
export const unknownPath = (): StatusError =>
  new StatusError(404, 'NotFound', 'the server could not find the requested resource', { details: {} });

export const methodNotAllowed = (allow: readonly string[]): StatusError =>
  new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {
    details: {},
    headers: { allow: allow.join(', ') },
  });

export const notAcceptable = (accepted: readonly string[]): StatusError =>
  new StatusError(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`);

export const unsupportedMediaType = (accepted: readonly string[]): StatusError =>
  new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );

export const entityTooLarge = (limitBytes: number): StatusError =>
  new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limitBytes}`, {
    headers: { connection: 'close' },
  });

/** `deployments.apps`, `pods`: how messages name a resource. */
export function qualifiedResource(subject: { group: string; resource: string }): string {
  return subject.group === '' ? subject.resource : `${subject.resource}.${subject.group}`;
}

export function notFound(subject: StatusSubject & { name: string }): StatusError {
  return new StatusError(404, 'NotFound', `${qualifiedResource(subject)} "${subject.name}" not found`, {
    details: detailsOf(subject, subject.resource),
  });
}

/** The reason of a Status for each of our error codes; the HTTP status is the error's own. */
const reasons: Record<ErrorCode, string> = {
  InvalidArgument: 'Invalid',
  Unauthenticated: 'Unauthorized',
  PermissionDenied: 'Forbidden',
  NotFound: 'NotFound',
  AlreadyExists: 'AlreadyExists',
  Conflict: 'Conflict',
  Expired: 'Expired',
  FailedPrecondition: 'Conflict',
  ResourceExhausted: 'TooManyRequests',
  Unavailable: 'ServiceUnavailable',
  DeadlineExceeded: 'Timeout',
  Cancelled: 'Timeout',
  Internal: 'InternalError',
};

/** Reasons whose HTTP status is not that of their error code. */
const codesOfReasons: Record<string, number> = { BadRequest: 400, Conflict: 409 };

const modified = 'the object has been modified; please apply your changes to the latest version and try again';

/**
 * The Status for whatever a handler threw. Kubernetes' wording for the usual failures of
 * an object named by `subject`; an error that already speaks for itself keeps its message.
 */
export function statusOf(thrown: unknown, subject?: StatusSubject): Status & { code: number } {
  if (thrown instanceof StatusError) return thrown.status;
  const error = LongshoreError.from(thrown);
  const reason = typeof error.fields.reason === 'string' ? error.fields.reason : reasons[error.code];
  const code = codesOfReasons[reason] ?? error.httpStatus;
  if (error.code === 'Internal') return failure(500, reason, `Internal error occurred: ${error.message}`, { causes: [] });
  return failure(code, reason, error.message, detailsOfError(error, subject));
}

/** Kubernetes' message for a write that lost the race. */
export function conflictMessage(subject: StatusSubject, why = modified): string {
  return `Operation cannot be fulfilled on ${qualifiedResource(subject)} "${subject.name ?? ''}": ${why}`;
}

/** The object that an error names itself, else the one that the request was about. */
function detailsOfError(error: LongshoreError, subject?: StatusSubject): StatusDetails | undefined {
  const causes = causesOf(error);
  const { retryAfterSeconds: retry } = error.fields;
  const named = namedIn(error) ?? subject;
  if (!named && causes.length === 0 && typeof retry !== 'number') return undefined;
  return {
    ...(named ? detailsOf(named, error.code === 'InvalidArgument' ? named.kind : undefined) : {}),
    ...(causes.length > 0 ? { causes } : {}),
    ...(typeof retry === 'number' ? { retryAfterSeconds: retry } : {}),
  };
}

function namedIn({ fields }: LongshoreError): StatusSubject | undefined {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const resource = text(fields.resource) || text(fields.kind);
  if (resource === '') return undefined;
  return { group: text(fields.group), resource, kind: text(fields.kind) || resource, name: text(fields.name) };
}

function causesOf(error: LongshoreError): StatusCause[] {
  return Array.isArray(error.fields.causes) ? (error.fields.causes as StatusCause[]) : [];
}

function detailsOf(subject: StatusSubject, kind = subject.resource): StatusDetails {
  return {
    ...(subject.name ? { name: subject.name } : {}),
    ...(subject.group ? { group: subject.group } : {}),
    kind,
  };
}
