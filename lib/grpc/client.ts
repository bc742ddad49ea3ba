import {
  Metadata,
  type CallOptions,
  type ChannelOptions,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ServiceError,
} from '@grpc/grpc-js';

import { systemClock } from '../clock/clock.js';
import { LongshoreError } from '../errors/errors.js';

/** Options of every channel between agents and the control plane. */
export const channelOptions: ChannelOptions = {
  // Notice a dead peer behind a silent network within about 6 s.
  'grpc.keepalive_time_ms': 4_000,
  'grpc.keepalive_timeout_ms': 2_000,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 2_000,
  'grpc.max_receive_message_length': 8 * 1024 * 1024,
};

type UnaryMethod<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, response: Response) => void,
) => ClientUnaryCall;

/**
 * One unary call as a promise.
 * @param method bound to its client: `client.register.bind(client)`
 * @param options.timeoutMs default 10 s
 * @throws LongshoreError with the code that the server gave
 */
export function callUnary<Request, Response>(
  method: UnaryMethod<Request, Response>,
  request: Request,
  options: { timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<Response> {
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted) {
      reject(new LongshoreError('Cancelled', 'the call was cancelled before it began'));
      return;
    }
    const deadline = systemClock.now() + (options.timeoutMs ?? 10_000);
    const onAbort = (): void => {
      call.cancel();
    };
    const call = method(request, new Metadata(), { deadline }, (error, response) => {
      options.signal?.removeEventListener('abort', onAbort);
      if (error) reject(LongshoreError.from(error));
      else resolve(response);
    });
    options.signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/**
 * The messages of a server stream, read one at a time (so that a slow reader slows the
 * sender). Ends when the server ends it; leaving the loop or aborting cancels the call.
 * @throws LongshoreError with the code that the server gave
 */
export async function* readStream<Message>(
  call: ClientReadableStream<Message>,
  signal: AbortSignal,
): AsyncGenerator<Message, void, undefined> {
  const onAbort = (): void => {
    call.cancel();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) call.cancel();
  try {
    for await (const message of call) yield message as Message;
  } catch (thrown) {
    throw LongshoreError.from(thrown);
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Cancelling makes grpc-js emit one more error, which nobody waits for any longer.
    call.on('error', () => undefined);
    call.cancel();
  }
}
