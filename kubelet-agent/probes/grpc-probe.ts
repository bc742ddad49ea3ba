import { credentials, Client, type ServiceError, status as GrpcStatus } from '@grpc/grpc-js';

import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';

import type { GrpcAction } from '../../proto/gen/longshore/node/v1/pod.js';
import type { ProbeContext } from './probe-context.js';
import { failure, type ProbeOutcome, success } from './probe-outcome.js';

const serving = 1;
const statusNames = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/** Asks the grpc.health.v1.Health service; SERVING is success. */
export function probeGrpc(
  action: GrpcAction,
  { host, timeoutMs, clock }: ProbeContext,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const client = new Client(`${host}:${action.port}`, credentials.createInsecure(), { 'grpc.enable_retries': 0 });
  return new Promise<ProbeOutcome>((resolve) => {
    const onAbort = (): void => {
      call.cancel();
    };
    const call = client.makeUnaryRequest(
      '/grpc.health.v1.Health/Check',
      encodeRequest,
      decodeStatus,
      action.service,
      { deadline: clock.now() + timeoutMs },
      (error: ServiceError | null, status?: number) => {
        signal.removeEventListener('abort', onAbort);
        resolve(error ? failure(problemOf(error, action, timeoutMs)) : outcomeOf(status ?? 0));
      },
    );
    signal.addEventListener('abort', onAbort, { once: true });
  }).finally(() => {
    client.close();
  });
}

function outcomeOf(status: number): ProbeOutcome {
  return status === serving ? success : failure(`service unhealthy (responded with "${statusNames[status] ?? status}")`);
}

function problemOf(error: ServiceError, action: GrpcAction, timeoutMs: number): string {
  if (error.code === GrpcStatus.UNIMPLEMENTED)
    return 'error: this server does not implement the grpc health protocol (grpc.health.v1.Health)';
  if (error.code === GrpcStatus.NOT_FOUND) return `error: service "${action.service}" not found`;
  if (error.code === GrpcStatus.DEADLINE_EXCEEDED) return `timeout: health rpc did not complete within ${timeoutMs}ms`;
  return `error: health rpc probe failed: ${error.details}`;
}

/** HealthCheckRequest { string service = 1 } */
function encodeRequest(service: string): Buffer {
  return Buffer.from(service === '' ? new Uint8Array() : new BinaryWriter().uint32(10).string(service).finish());
}

/** HealthCheckResponse { ServingStatus status = 1 } */
function decodeStatus(bytes: Buffer): number {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 8) return reader.int32();
    reader.skip(tag & 7);
  }
  return 0;
}
