import type { ConnectionUpgrade } from '../http/connection-upgrade.js';
import type { ResourceCall } from '../resources/resource-call.js';
import type { ProcessChannels } from './process-channels.js';
import { channelProtocols, WebSocketChannels } from './websocket-channels.js';
import { acceptWebSocket, negotiateSubprotocol } from './websocket-upgrade.js';

/**
 * Finds out which protocol the client is to speak; what is returned answers its handshake.
 * @throws StatusError 400 when it offers none that is served
 */
export function acceptChannels(
  { request, services }: ResourceCall,
  upgrade: ConnectionUpgrade,
  streams: { stdin: boolean; stdout: boolean; stderr: boolean },
): (signal: AbortSignal) => Promise<ProcessChannels> {
  const { clock } = services;
  const subprotocol = negotiateSubprotocol(upgrade, request.headers['sec-websocket-protocol'], channelProtocols);
  return async (signal) => new WebSocketChannels(await acceptWebSocket(upgrade, { subprotocol, clock }, signal), streams);
}
