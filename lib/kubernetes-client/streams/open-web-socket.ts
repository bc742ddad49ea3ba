import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

import { WebSocket } from 'ws';

import { abortReason } from '../../clock/clock.js';
import { LongshoreError } from '../../errors/errors.js';
import { authorizationOf, tlsOptionsOf, urlOf, type ApiAccess } from '../access.js';
import { connectionError } from '../http/connection-error.js';
import { errorOfAnswer } from '../status-error.js';

const handshakeMs = 60_000;

/**
 * A WebSocket to a path of the API.
 * @param subprotocols most preferred first
 * @param use called once it is open, before its first message; its result is returned
 * @throws LongshoreError of the Status when the server refuses; Unavailable when it cannot be reached
 */
export async function openWebSocket<T>(
  access: ApiAccess,
  path: string,
  subprotocols: readonly string[],
  use: (webSocket: WebSocket) => T,
  signal?: AbortSignal,
): Promise<T> {
  const url = urlOf(access, path);
  url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  // ws takes no name with a slash, which that of port-forward has: it neither writes nor reads the header.
  const headers = { ...(await authorizationOf(access)), 'sec-websocket-protocol': subprotocols.join(', ') };
  const webSocket = new WebSocket(url, {
    ...tlsOptionsOf(access),
    headers,
    handshakeTimeout: handshakeMs,
    perMessageDeflate: false,
  });
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      signal?.removeEventListener('abort', onAbort);
      act();
    };
    const onAbort = (): void => {
      settle(() => reject(abortReason(signal)));
      webSocket.terminate();
    };
    webSocket.once('upgrade', ({ headers: answer }) => {
      const chosen = answer['sec-websocket-protocol'] ?? '';
      delete answer['sec-websocket-protocol'];
      if (subprotocols.includes(chosen)) return;
      settle(() =>
        reject(new LongshoreError('FailedPrecondition', `the server speaks "${chosen}", not ${subprotocols.join(' or ')}`)),
      );
      webSocket.terminate();
    });
    webSocket.once('open', () => settle(() => resolve(use(webSocket))));
    webSocket.once('unexpected-response', (_request, response: IncomingMessage) => {
      text(response).then(
        (body) => settle(() => reject(errorOfAnswer(body, response.statusCode ?? 500))),
        (thrown: unknown) => settle(() => reject(connectionError(thrown, access.server))),
      );
    });
    // Stays: an error after the opening is followed by 'close', which says enough.
    webSocket.on('error', (error) => settle(() => reject(connectionError(error, access.server))));
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
  });
}
