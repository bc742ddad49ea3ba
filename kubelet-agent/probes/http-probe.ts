import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

import type { HttpGetAction } from '../../proto/gen/longshore/node/v1/pod.js';
import type { ProbeContext } from './probe-context.js';
import { failure, type ProbeOutcome, success } from './probe-outcome.js';

const maxRedirects = 10;

/**
 * GETs the container: 200 to 399 is success. Certificates are not verified; redirects are
 * followed on the same host only, one to another host counts as success (Kubernetes).
 * The time limit is that of each hop.
 */
export async function probeHttp(action: HttpGetAction, context: ProbeContext, signal: AbortSignal): Promise<ProbeOutcome> {
  const scheme = action.scheme.toLowerCase() === 'https' ? 'https' : 'http';
  const path = action.path.startsWith('/') ? action.path : `/${action.path}`;
  let url = new URL(`${scheme}://${bracketed(action.host || context.host)}:${action.port}${path}`);
  const headers = headersOf(action);
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const answer = await get(url, headers, context, signal);
    if (typeof answer === 'string') return failure(`Get "${url.href}": ${answer}`);
    const { statusCode, location } = answer;
    if (statusCode < 200 || statusCode >= 400) return failure(`HTTP probe failed with statuscode: ${statusCode}`);
    if (statusCode < 300 || location === undefined) return success;
    const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    if (!next || next.hostname !== url.hostname) return success;
    url = next;
  }
  return failure(`Get "${url.href}": stopped after ${maxRedirects} redirects`);
}

function headersOf({ headers }: HttpGetAction): Record<string, string> {
  const given = Object.fromEntries(headers.map(({ name, value }) => [name.toLowerCase(), value]));
  return { 'user-agent': 'kube-probe/1.36', accept: '*/*', connection: 'close', ...given };
}

/** The answer's status, or why there is none. */
function get(
  url: URL,
  headers: Record<string, string>,
  { timeoutMs, clock }: ProbeContext,
  signal: AbortSignal,
): Promise<{ statusCode: number; location: string | undefined } | string> {
  return new Promise((resolve) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const request = send(url, { headers, rejectUnauthorized: false, agent: false }, (response: IncomingMessage) => {
      resolve({ statusCode: response.statusCode ?? 0, location: response.headers.location });
      request.destroy();
    });
    const give = (): void => {
      request.destroy(new Error('context deadline exceeded (Client.Timeout exceeded while awaiting headers)'));
    };
    const cancelTimeout = clock.after(timeoutMs, give);
    signal.addEventListener('abort', give, { once: true });
    request.on('close', () => {
      cancelTimeout();
      signal.removeEventListener('abort', give);
    });
    request.on('error', (error) => {
      resolve(describe(error));
    });
    request.end();
  });
}

function describe(error: Error): string {
  if (!('code' in error)) return error.message;
  const { syscall, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (error.code === 'ECONNREFUSED')
    return `dial tcp ${address ?? ''}:${port ?? ''}: ${syscall ?? 'connect'}: connection refused`;
  return error.message;
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
