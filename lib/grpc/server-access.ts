import type { PeerCertificate } from 'node:tls';

import { ResponderBuilder, ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';

import type { LongshoreError } from '../errors/errors.js';

/** Why a caller may not call `path`, or undefined when it may. */
export type AccessPolicy = (path: string, certificate: PeerCertificate | undefined) => LongshoreError | undefined;

/** Asks `policy` before anything else is done with a call, for every service and method. */
export function accessInterceptor(policy: AccessPolicy): ServerInterceptor {
  return (method, call) => {
    const responder = new ResponderBuilder()
      .withStart((next) => {
        next({
          onReceiveMetadata: (metadata, accept) => {
            const refusal = policy(method.path, call.getAuthContext().sslPeerCertificate);
            if (refusal) call.sendStatus({ code: refusal.grpcCode, details: refusal.message });
            else accept(metadata);
          },
        });
      })
      .build();
    return new ServerInterceptingCall(call, responder);
  };
}
