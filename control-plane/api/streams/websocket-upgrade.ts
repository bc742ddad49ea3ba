import { type WebSocket, WebSocketServer } from 'ws';

import { abortReason, type Clock } from '../../../lib/clock/clock.js';
import type { ConnectionUpgrade } from '../http/connection-upgrade.js';
import { badRequest } from '../status.js';

/** Kubernetes' clients send pieces of at most 64 KiB. */
const maxMessageBytes = 4 * 1024 * 1024;
/** Between two signs of life; kubectl gives a connection up that gave none for a minute. */
const heartbeatMs = 15_000;

/** The first of `served` that the client offers. @throws StatusError 400 when it offers none of them */
export function negotiateSubprotocol(upgrade: ConnectionUpgrade, header: string | undefined, served: readonly string[]): string {
  const offered = (header ?? '').split(',').map((item) => item.trim());
  const chosen = served.find((protocol) => offered.includes(protocol));
  if (upgrade.protocol === 'websocket' && chosen !== undefined) return chosen;
  throw badRequest(`unable to upgrade: the WebSocket must offer one of the subprotocols ${served.join(', ')}`);
}

/**
 * Answers the handshake. The connection is held by heartbeats from then on, and cut when the
 * client gives no sign of life for two of them or `signal` aborts.
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
    handleProtocols: () => options.subprotocol,
  });
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

function keepAlive(webSocket: WebSocket, clock: Clock): void {
  let alive = true;
  webSocket.on('pong', () => (alive = true));
  webSocket.on('message', () => (alive = true));
  const beat = (): void => {
    if (webSocket.readyState !== webSocket.OPEN) return;
    if (webSocket.isPaused) {
      // Its pings wait to be read behind what a process does not take yet: a pong unasked tells it to be patient.
      webSocket.pong();
      alive = true;
    } else if (!alive) {
      webSocket.terminate();
      return;
    } else {
      alive = false;
    }
    webSocket.ping();
    cancel = clock.after(heartbeatMs, beat);
  };
  let cancel = clock.after(heartbeatMs, beat);
  webSocket.on('close', () => cancel());
}
