import { type IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer, type Http2SecureServer, type Http2Session, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

import type { Clock } from '../../../lib/clock/clock.js';
import { certificateUser, type CertificateUser } from '../authentication/authenticator.js';
import type { UserInfo } from '../authentication/user-info.js';
import { ConnectionUpgrade } from './connection-upgrade.js';
import type { ApiRequest, ApiResponse } from './exchange.js';

/** Key and certificate chain, PEM. */
export interface ServerCertificate {
  certificatePem: string;
  privateKeyPem: string;
}

export interface ListenerOptions {
  host: string;
  /** 0 picks a free port. */
  port: number;
  tls: ServerCertificate;
  /** PEM of the CA that signs client certificates. */
  clientCa: string;
  clock: Clock;
  onRequest: RequestListener;
}

/** @param upgrade what the client asks to speak on this connection, HTTP/1.1 only */
export type RequestListener = (
  request: ApiRequest,
  response: ApiResponse,
  user: UserInfo | undefined,
  upgrade?: ConnectionUpgrade,
) => void;

/** Go's clients keep idle connections for 90 s: the server must be the one that waits longer. */
const keepAliveMs = 120_000;
/** A request must have arrived whole within this; long answers are not bound by it. */
const requestMs = 120_000;
const headersMs = 30_000;
const maxHeaderBytes = 64 * 1024;
/** Notices a peer that has vanished behind a silent network. */
const tcpKeepAliveMs = 30_000;

/** HTTPS, HTTP/1.1 and HTTP/2, on one address; it asks for client certificates and takes those without, too. */
export class Listener {
  readonly #server: Http2SecureServer;
  readonly #clock: Clock;
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Set<Http2Session>();
  readonly #host: string;

  private constructor(server: Http2SecureServer, options: ListenerOptions) {
    this.#server = server;
    this.#clock = options.clock;
    this.#host = options.host;
    const users = new WeakMap<object, CertificateUser | undefined>();
    server.on('secureConnection', (socket: TLSSocket) => {
      socket.setKeepAlive(true, tcpKeepAliveMs);
      users.set(socket, certificateUser(socket));
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.on('session', (session: ServerHttp2Session) => {
      // The session hands out a proxy of its socket: key by the session itself.
      users.set(session, certificateUser(session.socket as TLSSocket));
      this.#sessions.add(session);
      session.once('close', () => this.#sessions.delete(session));
    });
    server.on('request', (request, response) => {
      const connection = request.httpVersionMajor >= 2 ? request.stream.session : request.socket;
      options.onRequest(request, response as unknown as ApiResponse, this.#valid(connection && users.get(connection)));
    });
    server.on('upgrade', (request: IncomingMessage, socket: TLSSocket, head: Buffer) => {
      // Without a handler of its own it breaks the process; the response sees 'close'.
      socket.on('error', () => undefined);
      const upgrade = new ConnectionUpgrade({ request, socket, head });
      options.onRequest(request, lastResponse(request, socket), this.#valid(users.get(socket)), upgrade);
    });
    // A broken connection is the client's business; its requests see 'close'.
    server.on('sessionError', () => undefined);
    server.on('clientError', (_error, socket: Socket) => socket.destroy());
  }

  /** A connection lives on when its certificate expires; its requests are nobody's from then on. */
  #valid(certificate: CertificateUser | undefined): UserInfo | undefined {
    return certificate && this.#clock.now() < certificate.expiresAtMs ? certificate.user : undefined;
  }

  static async listen(options: ListenerOptions): Promise<Listener> {
    const server = createSecureServer({
      allowHTTP1: true,
      key: options.tls.privateKeyPem,
      cert: options.tls.certificatePem,
      ca: options.clientCa,
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      settings: { maxConcurrentStreams: 250, maxHeaderListSize: maxHeaderBytes },
      maxSessionMemory: 256,
    });
    // The HTTP/1.1 side reads these properties; createSecureServer takes no options for them.
    Object.assign(server, {
      maxHeaderSize: maxHeaderBytes,
      keepAliveTimeout: keepAliveMs,
      requestTimeout: requestMs,
      headersTimeout: headersMs,
    });
    const listener = new Listener(server, options);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, options.host, () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
    return listener;
  }

  get address(): { host: string; port: number } {
    return { host: this.#host, port: (this.#server.address() as AddressInfo).port };
  }

  /** New connections use the new certificate; those that are open stay as they are. */
  replaceCertificate(tls: ServerCertificate, clientCa: string): void {
    this.#server.setSecureContext({ key: tls.privateKeyPem, cert: tls.certificatePem, ca: clientCa });
  }

  /** Takes no more connections, lets open requests finish for at most `drainMs`, then cuts them off. */
  async close(drainMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const session of this.#sessions) session.close();
    const cancel = this.#clock.after(drainMs, () => {
      for (const socket of this.#sockets) socket.destroy();
    });
    await closed;
    cancel();
  }
}

/** The answer to a request that asked for an upgrade and gets an answer instead: Node has let go of its connection. */
function lastResponse(request: IncomingMessage, socket: TLSSocket): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => socket.destroySoon());
  return response;
}
