import { request } from 'node:https';

import { LongshoreError } from '../../lib/errors/errors.js';
import type { AdminAccess } from '../pki/admin-kubeconfig.js';

const timeoutMs = 10_000;

/**
 * One call of the Kubernetes API as the administrator.
 * @returns the body, parsed
 * @throws LongshoreError Unavailable when the API cannot be reached; NotFound; else Internal with the API's message
 */
export function callApi<T>(access: AdminAccess, method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T> {
  const { hostname, port } = new URL(access.server);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        hostname,
        port,
        method,
        path,
        ca: access.caPem,
        cert: access.certificatePem,
        key: access.privateKeyPem,
        timeout: timeoutMs,
        agent: false,
        headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const answer = JSON.parse(Buffer.concat(chunks).toString()) as T & { message?: string };
          const status = response.statusCode ?? 500;
          if (status < 300) resolve(answer);
          else
            reject(new LongshoreError(status === 404 ? 'NotFound' : 'Internal', answer.message ?? `the API answered ${status}`));
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 10 s')));
    outgoing.on('error', (cause) => {
      reject(new LongshoreError('Unavailable', `the API at ${access.server} cannot be reached: ${cause.message}`, { cause }));
    });
    outgoing.end(body && JSON.stringify(body));
  });
}
