import { status as GrpcStatus } from '@grpc/grpc-js';

/** The few ways in which an operation fails. Each is one gRPC code and one HTTP status. */
export type ErrorCode =
  | 'InvalidArgument'
  | 'Unauthenticated'
  | 'PermissionDenied'
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Expired'
  | 'FailedPrecondition'
  | 'ResourceExhausted'
  | 'Unavailable'
  | 'DeadlineExceeded'
  | 'Cancelled'
  | 'Internal';

/** The one mapping between our codes, gRPC's and HTTP's. */
const wire: Record<ErrorCode, { grpc: GrpcStatus; http: number }> = {
  InvalidArgument: { grpc: GrpcStatus.INVALID_ARGUMENT, http: 422 },
  Unauthenticated: { grpc: GrpcStatus.UNAUTHENTICATED, http: 401 },
  PermissionDenied: { grpc: GrpcStatus.PERMISSION_DENIED, http: 403 },
  NotFound: { grpc: GrpcStatus.NOT_FOUND, http: 404 },
  AlreadyExists: { grpc: GrpcStatus.ALREADY_EXISTS, http: 409 },
  Conflict: { grpc: GrpcStatus.ABORTED, http: 409 },
  Expired: { grpc: GrpcStatus.OUT_OF_RANGE, http: 410 },
  FailedPrecondition: { grpc: GrpcStatus.FAILED_PRECONDITION, http: 412 },
  ResourceExhausted: { grpc: GrpcStatus.RESOURCE_EXHAUSTED, http: 429 },
  Unavailable: { grpc: GrpcStatus.UNAVAILABLE, http: 503 },
  DeadlineExceeded: { grpc: GrpcStatus.DEADLINE_EXCEEDED, http: 504 },
  Cancelled: { grpc: GrpcStatus.CANCELLED, http: 499 },
  Internal: { grpc: GrpcStatus.INTERNAL, http: 500 },
};

/** The one error class that crosses a boundary. */
export class LongshoreError extends Error {
  override readonly name = 'LongshoreError';
  readonly code: ErrorCode;
  /** Facts for the log and the caller; never a secret. */
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: { fields?: Record<string, unknown>; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.fields = options.fields ?? {};
  }

  get grpcCode(): GrpcStatus {
    return wire[this.code].grpc;
  }

  get httpStatus(): number {
    return wire[this.code].http;
  }

  /** Whatever was thrown, as a LongshoreError; gRPC service errors keep their code. */
  static from(thrown: unknown, fallback: ErrorCode = 'Internal'): LongshoreError {
    if (isLongshoreError(thrown)) return thrown;
    if (thrown instanceof Error && thrown.name === 'AbortError') {
      return new LongshoreError('Cancelled', thrown.message, { cause: thrown });
    }
    const grpcCode = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
    const details = thrown instanceof Error && 'details' in thrown ? thrown.details : undefined;
    if (typeof grpcCode === 'number' && typeof details === 'string') {
      const code = (Object.keys(wire) as ErrorCode[]).find((key) => wire[key].grpc === (grpcCode as GrpcStatus));
      return new LongshoreError(code ?? fallback, details, { cause: thrown });
    }
    return new LongshoreError(fallback, thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown });
  }
}

/** Whether `thrown` is a LongshoreError of one of `codes`. */
export function isError(thrown: unknown, ...codes: ErrorCode[]): thrown is LongshoreError {
  return isLongshoreError(thrown) && codes.includes(thrown.code);
}

/** By name: a program that imports a bundle, such as a test with the harness, holds two copies of the class. */
function isLongshoreError(thrown: unknown): thrown is LongshoreError {
  return thrown instanceof Error && thrown.name === 'LongshoreError';
}
