import { NodeServiceClient } from '../../proto/gen/longshore/node/v1/node.js';
import { backoffDelay } from '../async/backoff.js';
import type { Clock } from '../clock/clock.js';
import { callUnary } from '../grpc/client.js';
import type { Logger } from '../log/logger.js';
import { type AgentIdentity, nodePlaneChannelOptions } from './agent-identity.js';
import { createCertificateRequest } from './certificate-request.js';
import { type AgentRole, certificatePem, IdentityFile } from './identity-file.js';

/** Longest single wait: timers of Node end at 24.8 days, and a stepped clock is noticed within this. */
const longestWaitMs = 3_600_000;

/**
 * Renews the certificate of `identity` at two thirds of its life, on disk and in place, for
 * as long as `signal` allows. A failed renewal is tried again, after a minute at most.
 */
export async function keepIdentityFresh(options: {
  identity: AgentIdentity;
  dir: string;
  server: string;
  nodeName: string;
  role: AgentRole;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}): Promise<void> {
  const { identity, clock, log, signal } = options;
  for (let failures = 0; !signal.aborted;) {
    const waitMs = renewalTimeMs(identity) - clock.now();
    if (waitMs > 0) {
      await clock.sleep(Math.min(waitMs, longestWaitMs), signal);
      continue;
    }
    try {
      await renew(options);
      failures = 0;
      log.info('client certificate renewed', { expiresAt: new Date(identity.expiresAtMs) });
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      log.warn('client certificate not renewed, trying again', { expiresAt: new Date(identity.expiresAtMs), error });
      await clock.sleep(backoffDelay(failures, { initialMs: 1_000, maxMs: 60_000 }), signal);
    }
  }
}

/** Two thirds of the certificate's life. */
export function renewalTimeMs(identity: { issuedAtMs: number; expiresAtMs: number }): number {
  return identity.issuedAtMs + (2 / 3) * (identity.expiresAtMs - identity.issuedAtMs);
}

async function renew(options: Parameters<typeof keepIdentityFresh>[0]): Promise<void> {
  const { identity, server, nodeName, signal } = options;
  const { privateKeyPem, caPem } = identity;
  const client = new NodeServiceClient(server, identity.credentials(), nodePlaneChannelOptions);
  try {
    const response = await callUnary(
      client.renewCertificate.bind(client),
      { certificateSigningRequest: createCertificateRequest(privateKeyPem, nodeName) },
      { signal },
    );
    const renewed = certificatePem(response.certificate);
    await new IdentityFile(options).save(renewed, caPem);
    identity.replace({ privateKeyPem, caPem, certificatePem: renewed });
  } finally {
    client.close();
  }
}
