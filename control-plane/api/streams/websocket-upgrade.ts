import { type WebSocket, WebSocketServer } from 'ws';

import { abortReason, type Clock } from '../../../lib/clock/clock.js';
import type { ConnectionUpgrade } from '../http/connection-upgrade.js';
import { everyBeat } from './every-beat.js';
import { badRequest } from '../status.js';

/** Kubernetes' clients send pieces of at most 64 KiB. */
const maxMessageBytes = 4 * 1024 * 1024;
/** The first of `served` that the client offers. @throws StatusError 400 when it offers none of them */
export function negotiateSubprotocol(upgrade: ConnectionUpgrade, header: string | undefined, served: readonly string[]): string {
  const offered = (header ?? '').split(',').map((item) => item.trim());
  const chosen = served.find((protocol) => offered.includes(protocol));
  if (upgrade.protocol === 'websocket' && chosen !== undefined) return chosen;
  throw badRequest(`unable to upgrade: the WebSocket must offer one of the subprotocols ${served.join(', ')}`);
}

/**
 * Answers the handshake; pings follow as long as the connection lasts.
 * @throws the signal's reason when the client goes away meanwhile
 */
export function acceptWebSocket(
  upgrade: ConnectionUpgrade,
  options: { subprotocol: string; clock: Clock },
  signal: AbortSignal,
): Promise<WebSocket> {
  const { request, socket, head } = upgrade.take();
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
  });
  // ws takes no name with a slash, which that of port-forward has: it neither reads nor writes the header.
  delete request.headers['sec-websocket-protocol'];
  server.on('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${options.subprotocol}`));
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(abortReason(signal));
    signal.addEventListener('abort', leave, { once: true });
    server.handleUpgrade(request, socket, head, (webSocket) => {
      signal.removeEventListener('abort', leave);
      // 'close' follows and says it all.
      webSocket.on('error', () => undefined);
      keepAlive(webSocket, options.clock);
      resolve(webSocket);
    });
  });
}

/**
 * Pings keep what lies between from forgetting the connection, and bring to light that the
 * client is gone while nothing is read from it. A missing pong proves nothing: a client whose
 * reader has stalled (`kubectl exec ... | less`) answers none. Machines that have vanished
 * are TCP's to find.
 */
function keepAlive(webSocket: WebSocket, clock: Clock): void {
  const stop = everyBeat(clock, () => {
    // Its own pings wait to be read behind stdin that the process does not take, and kubectl
    // gives up after a minute without a sign of life: a pong unasked tells it to be patient.
    if (webSocket.isPaused) webSocket.pong();
    webSocket.ping();
  });
  webSocket.on('close', stop);
}
