import { X509Certificate } from 'node:crypto';
import { connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';

import { LongshoreError } from '../errors/errors.js';
import { nodePlaneServerName } from './agent-identity.js';
import { certificateHash } from './join-token.js';

/**
 * The CA certificate (PEM) that `server` presents in its chain, once its hash is the one
 * that the join token carries. Nothing is sent to the server before; whoever answers with
 * another CA is refused.
 * @param server "host:port"
 * @throws LongshoreError Unauthenticated (another CA), Unavailable (no answer), DeadlineExceeded
 */
export async function fetchAuthority(options: {
  server: string;
  caHash: string;
  timeoutMs: number;
  signal?: AbortSignal;
}): Promise<string> {
  const { server, caHash } = options;
  const chain = await presentedChain(options);
  const authority = chain.find((certificate) => certificateHash(certificate) === caHash);
  if (!authority) {
    const presented = chain.map((certificate) => certificateHash(certificate)).at(-1) ?? 'none';
    throw new LongshoreError(
      'Unauthenticated',
      `the control plane at ${server} has another certificate authority (sha256 ${presented}) than the join token names ` +
        `(sha256 ${caHash}): the token is of another cluster, or somebody answers in the control plane's place; ` +
        'make a token on that control plane with "longshore token create", and check the address',
    );
  }
  return new X509Certificate(authority).toString();
}

function presentedChain(options: { server: string; timeoutMs: number; signal?: AbortSignal }): Promise<Buffer[]> {
  const { host, port } = splitServer(options.server);
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({
      host,
      port,
      servername: nodePlaneServerName,
      ALPNProtocols: ['h2'],
      // The chain is judged by its hash, which is stronger than by a known root.
      rejectUnauthorized: false,
    });
    const fail = (error: LongshoreError): void => {
      settle();
      reject(error);
    };
    const onAbort = (): void => {
      fail(new LongshoreError('Cancelled', 'joining was cancelled'));
    };
    const settle = (): void => {
      options.signal?.removeEventListener('abort', onAbort);
      socket.destroy();
    };
    socket.setTimeout(options.timeoutMs, () => {
      fail(new LongshoreError('DeadlineExceeded', `the control plane at ${options.server} did not answer in time`));
    });
    socket.once('error', (cause: Error) => {
      fail(
        new LongshoreError('Unavailable', `the control plane at ${options.server} cannot be reached: ${cause.message}`, {
          cause,
        }),
      );
    });
    socket.once('secureConnect', () => {
      const chain = rawChain(socket.getPeerCertificate(true));
      settle();
      resolve(chain);
    });
    options.signal?.addEventListener('abort', onAbort, { once: true });
    if (options.signal?.aborted) onAbort();
  });
}

/** The certificates of the chain, leaf first. A root names itself as its issuer. */
function rawChain(leaf: DetailedPeerCertificate): Buffer[] {
  const chain: Buffer[] = [];
  const seen = new Set<string>();
  for (let next: DetailedPeerCertificate | undefined = leaf; next?.raw; next = next.issuerCertificate) {
    if (seen.has(next.fingerprint256)) break;
    seen.add(next.fingerprint256);
    chain.push(next.raw);
  }
  return chain;
}

/** @throws LongshoreError InvalidArgument */
function splitServer(server: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(server);
  const host = match?.[1] ?? match?.[2];
  if (!match || !host) throw new LongshoreError('InvalidArgument', `the server address "${server}" must read HOST:PORT`);
  return { host, port: Number(match[3]) };
}
