import { credentials } from '@grpc/grpc-js';

import { AgentRole as WireRole, BootstrapServiceClient } from '../../proto/gen/longshore/bootstrap/v1/bootstrap.js';
import { backoffDelay } from '../async/backoff.js';
import type { Clock } from '../clock/clock.js';
import { isError, LongshoreError } from '../errors/errors.js';
import type { CertificateMaterial } from '../grpc/certificate-source.js';
import { callUnary } from '../grpc/client.js';
import type { Logger } from '../log/logger.js';
import { AgentIdentity, nodePlaneChannelOptions } from './agent-identity.js';
import { createCertificateRequest } from './certificate-request.js';
import { fetchAuthority } from './fetch-authority.js';
import { requireToday } from './require-today.js';
import { type AgentRole, certificatePem, IdentityFile } from './identity-file.js';
import { certificateHash, type JoinToken, parseJoinToken } from './join-token.js';

export interface IdentityOptions {
  /** Directory of the key and certificates, for example <state-dir>/pki. */
  dir: string;
  /** The node plane, "host:port". */
  server: string;
  /** Join token; may be left out once a certificate is on disk. */
  token?: string;
  nodeName: string;
  role: AgentRole;
  /** Told why there is no certificate yet, each time that it could not be got. */
  onProblem?: (problem: string) => void;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

/** How long a name that a live node holds is asked for again: its Lease may be of our own former life. */
const takenNameMs = 15_000;
const attemptTimeoutMs = 5_000;

/**
 * The agent's identity: what is on disk while it is valid, otherwise a certificate got with
 * the join token. Waits, with a pause of at most 2 s between attempts, while the control
 * plane cannot be reached.
 * @throws LongshoreError Unauthenticated (token refused, or the control plane's CA is not
 *   the token's), InvalidArgument, AlreadyExists (another live node has this name),
 *   FailedPrecondition (no token and no certificate)
 */
export async function ensureIdentity(options: IdentityOptions): Promise<AgentIdentity> {
  const { clock, log, signal } = options;
  const file = new IdentityFile(options);
  const token = options.token === undefined ? undefined : parseJoinToken(options.token);
  const saved = await file.load();
  if (saved) {
    const identity = new AgentIdentity(saved);
    const problem = problemOf(identity, token, clock.now());
    if (!problem) return identity;
    log.warn('client certificate on disk is of no use', { problem, dir: options.dir });
  }
  if (!token) {
    throw new LongshoreError(
      'FailedPrecondition',
      `no valid client certificate in ${options.dir} and no join token: give --token, as "longshore token create" prints it`,
    );
  }
  const privateKeyPem = await file.ensureKey();
  const startedMs = clock.monotonic();
  let logged: string | undefined;
  for (let failures = 1; ; failures++) {
    try {
      const material = await join(options, token, privateKeyPem);
      await file.save(material.certificatePem, material.caPem);
      log.info('joined the cluster', { node: options.nodeName, role: options.role, server: options.server });
      return new AgentIdentity(material);
    } catch (thrown) {
      const patient = isError(thrown, 'AlreadyExists') && clock.monotonic() - startedMs < takenNameMs;
      if (!patient && !isError(thrown, 'Unavailable', 'DeadlineExceeded', 'ResourceExhausted')) throw thrown;
      const problem = thrown.message;
      options.onProblem?.(`cannot join yet: ${problem}`);
      if (problem === logged) log.debug('still cannot join', { server: options.server, attempt: failures, problem });
      else log.warn('cannot join yet', { server: options.server, code: thrown.code, problem });
      logged = problem;
    }
    await clock.sleep(backoffDelay(failures, { initialMs: 200, maxMs: 2_000 }), signal);
  }
}

function problemOf(identity: AgentIdentity, token: JoinToken | undefined, nowMs: number): string | undefined {
  if (identity.expiresAtMs <= nowMs) return 'it has expired';
  if (token && certificateHash(identity.caPem) !== token.caHash) return 'it is of another cluster than the join token';
  return undefined;
}

async function join(options: IdentityOptions, token: JoinToken, privateKeyPem: string): Promise<CertificateMaterial> {
  const { server, nodeName, clock, signal } = options;
  const caPem = await fetchAuthority({ server, caHash: token.caHash, timeoutMs: attemptTimeoutMs, signal });
  requireToday(caPem, "its authority's certificate", clock);
  const client = new BootstrapServiceClient(server, credentials.createSsl(Buffer.from(caPem)), nodePlaneChannelOptions);
  try {
    const response = await callUnary(
      client.issueCertificate.bind(client),
      {
        token: `${token.id}.${token.secret}`,
        nodeName,
        role: options.role === 'kubelet' ? WireRole.AGENT_ROLE_KUBELET : WireRole.AGENT_ROLE_KUBE_PROXY,
        certificateSigningRequest: createCertificateRequest(privateKeyPem, nodeName),
      },
      { timeoutMs: attemptTimeoutMs, signal },
    );
    const material = { caPem, certificatePem: certificatePem(response.certificate), privateKeyPem };
    requireToday(material.certificatePem, 'the certificate that it issued', clock);
    return material;
  } finally {
    client.close();
  }
}
