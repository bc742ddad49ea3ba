import { Server, ServerCredentials, type ServerInterceptor, type ServerOptions } from '@grpc/grpc-js';

import type { Clock } from '../clock/clock.js';
import { LongshoreError } from '../errors/errors.js';
import type { CertificateMaterial, CertificateSource } from './certificate-source.js';

const serverOptions: ServerOptions = {
  // Forget a connection behind a silent network within about 12 s. An agent that is busy for some seconds
  // keeps its own, and its users' streams with it; whether a node lives is its heartbeats' question.
  'grpc.keepalive_time_ms': 4_000,
  'grpc.keepalive_timeout_ms': 8_000,
  // New calls move to a new connection, and so to renewed certificates; standing streams stay.
  'grpc.max_connection_age_ms': 3_600_000,
  'grpc.max_receive_message_length': 4 * 1024 * 1024,
  'grpc.max_send_message_length': 8 * 1024 * 1024,
  // Of one connection; an agent needs a handful and one for every log that is read.
  'grpc.max_concurrent_streams': 1_000,
};

export interface GrpcServer {
  readonly port: number;
  /** Takes no new calls, waits at most `graceMs` for those under way, then cuts them. */
  stop(graceMs: number): Promise<void>;
}

/**
 * A gRPC server over TLS. Callers may show a client certificate of the source's CA and need
 * not; what they may do without one is for the interceptors to decide. A certificate of
 * another CA counts as none.
 * @param options.hosts addresses to listen on, all at one port
 * @param options.port 0 picks a free one
 * @throws LongshoreError FailedPrecondition when an address cannot be bound
 */
export async function startGrpcServer(options: {
  hosts: readonly string[];
  port: number;
  certificates: CertificateSource;
  interceptors: readonly ServerInterceptor[];
  register: (server: Pick<Server, 'addService'>) => void;
  clock: Clock;
}): Promise<GrpcServer> {
  const { certificates, clock } = options;
  const server = new Server({ ...serverOptions, interceptors: [...options.interceptors] });
  options.register(server);
  const credentials = new OptionalClientCertificateCredentials(certificates);
  let { port } = options;
  for (const host of options.hosts) {
    const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(address, credentials, (cause, bound) => {
        if (cause)
          reject(
            new LongshoreError('FailedPrecondition', `the node plane cannot listen on ${address}: ${cause.message}`, { cause }),
          );
        else resolve(bound);
      });
    });
  }
  return {
    port,
    stop: async (graceMs) => {
      const cut = clock.after(graceMs, () => {
        server.forceShutdown();
      });
      await new Promise<void>((resolve) => {
        server.tryShutdown(() => {
          resolve();
        });
      });
      cut();
    },
  };
}

/**
 * TLS that asks for a client certificate and does without. grpc-js 1.14 has no such
 * credentials of its own that take certificates which are there from the start: createSsl
 * refuses callers without one, and its provider credentials miss the first update.
 */
class OptionalClientCertificateCredentials extends ServerCredentials {
  constructor(certificates: CertificateSource) {
    super({ requestCert: true, rejectUnauthorized: false }, contextOf(certificates.current));
    certificates.onUpdate((material) => {
      this.updateSecureContextOptions(contextOf(material));
    });
  }

  override _equals(other: ServerCredentials): boolean {
    return other === this;
  }
}

function contextOf({ caPem, certificatePem, privateKeyPem }: CertificateMaterial) {
  return { ca: caPem, cert: certificatePem, key: privateKeyPem };
}
