import { once } from 'node:events';
import type { PeerCertificate } from 'node:tls';

import type { handleServerStreamingCall, handleUnaryCall, ServerWritableStream } from '@grpc/grpc-js';

import type { Logger } from '../log/logger.js';
import { statusOf } from './server-errors.js';

/** What a handler knows of its caller. */
export interface CallContext {
  /** Aborts when the caller cancels, its deadline passes or its connection breaks. */
  readonly signal: AbortSignal;
  /** The caller's certificate, signed by our CA; undefined when it has shown none. */
  readonly certificate: PeerCertificate | undefined;
  /** Address and port of the caller's connection. */
  readonly peer: string;
}

/** The part that all kinds of server call have. */
interface ServerCall {
  readonly cancelled: boolean;
  on(event: 'cancelled', listener: () => void): unknown;
  getAuthContext(): { sslPeerCertificate?: PeerCertificate };
  getPeer(): string;
}

/** The context of a call; its signal lives as long as the call. */
export function contextOf(call: ServerCall): CallContext {
  const controller = new AbortController();
  call.on('cancelled', () => {
    controller.abort();
  });
  if (call.cancelled) controller.abort();
  return {
    signal: controller.signal,
    certificate: call.getAuthContext().sslPeerCertificate,
    peer: call.getPeer(),
  };
}

/** A unary method from a promise: what it throws becomes the call's status. */
export function unary<Request, Response>(
  handler: (request: Request, context: CallContext) => Promise<Response>,
  log: Logger,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    handler(call.request, contextOf(call)).then(
      (response) => {
        callback(null, response);
      },
      (thrown: unknown) => {
        callback(statusOf(thrown, log, call.getPath()));
      },
    );
  };
}

/**
 * A server stream from an async iterable. The next message is asked for only once the
 * transport has room, so a slow reader slows the source. The iterable is left when the
 * caller goes away.
 */
export function serverStream<Request, Response>(
  handler: (request: Request, context: CallContext) => AsyncIterable<Response>,
  log: Logger,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    void pump(call, handler(call.request, contextOf(call)), log);
  };
}

async function pump<Request, Response>(
  call: ServerWritableStream<Request, Response>,
  messages: AsyncIterable<Response>,
  log: Logger,
): Promise<void> {
  const gone = new AbortController();
  call.once('cancelled', () => {
    gone.abort();
  });
  try {
    for await (const message of messages) {
      if (call.cancelled) return;
      if (!call.write(message)) await once(call, 'drain', { signal: gone.signal });
    }
    call.end();
  } catch (thrown) {
    if (!call.cancelled) call.emit('error', statusOf(thrown, log, call.getPath()));
  }
}
