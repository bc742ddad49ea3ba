import { request, type IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';

import { LongshoreError } from '../../../lib/errors/errors.js';
import type { ResourceCall } from '../resources/resource-call.js';
import { FrameWriter } from '../watch/frame-writer.js';
import { answeredHeaders, forwardedHeaders } from './proxy-headers.js';

/**
 * Carries one request to a pod and its answer back, both as they come.
 * @param connection is used up
 * @throws LongshoreError Unavailable when the pod's server breaks off before it answers
 */
export async function proxyRequest(call: ResourceCall, connection: Duplex, scheme: 'http' | 'https'): Promise<void> {
  const { request: incoming, response, signal, services } = call;
  const { base, path } = splitPath(incoming.url ?? '');
  // Whom it speaks to is known by the pod's address; its certificate says nothing that could be checked.
  const transport = scheme === 'https' ? connect({ socket: connection, rejectUnauthorized: false }) : connection;
  const destroy = (): void => void transport.destroy();
  signal.addEventListener('abort', destroy, { once: true });
  if (signal.aborted) destroy();
  try {
    const headers = forwardedHeaders(incoming.headers, base + path);
    const outgoing = request({ method: incoming.method ?? 'GET', path, headers, createConnection: () => transport });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.once('response', resolve);
      outgoing.once('error', (error) =>
        reject(new LongshoreError('Unavailable', `the pod's server broke off: ${error.message}`)),
      );
    });
    const sending = pipeline(incoming, outgoing);
    // A server may answer before it has read everything, and end.
    sending.catch(() => undefined);
    const answer = await answered;
    response.writeHead(answer.statusCode ?? 502, answeredHeaders(answer.headers, base));
    response.flushHeaders();
    const writer = new FrameWriter({ response, clock: services.clock, signal });
    for await (const chunk of answer as AsyncIterable<Buffer>) await writer.write(chunk);
    response.end();
  } finally {
    signal.removeEventListener('abort', destroy);
    destroy();
  }
}

/** At the end of `/proxy`: what is the API's, and what the pod is asked for, as it was written. */
function splitPath(url: string): { base: string; path: string } {
  const [, base = '', path = ''] = /^([^?]*?\/(?:pods|services)\/[^/?]+\/proxy)(.*)$/.exec(url) ?? [];
  return { base, path: path.startsWith('/') ? path : `/${path}` };
}
