import { remoteCommandProtocols } from '../../../lib/streams/remote-command.js';
import type { ConnectionUpgrade } from '../http/connection-upgrade.js';
import type { ResourceCall } from '../resources/resource-call.js';
import type { ProcessChannels } from './process-channels.js';
import { SpdyChannels, spdyProcessProtocol } from './spdy-channels.js';
import { acceptSpdy, negotiateStreamProtocol } from './spdy-upgrade.js';
import { WebSocketChannels } from './websocket-channels.js';
import { acceptWebSocket, negotiateSubprotocol } from './websocket-upgrade.js';

/**
 * Finds out which protocol the client is to speak; what is returned answers its handshake.
 * @throws StatusError 400 or 403 when it offers none that is served
 */
export function acceptChannels(
  { request, services }: ResourceCall,
  upgrade: ConnectionUpgrade,
  streams: { stdin: boolean; stdout: boolean; stderr: boolean },
): (signal: AbortSignal) => Promise<ProcessChannels> {
  const { clock } = services;
  if (upgrade.protocol === 'spdy/3.1') {
    negotiateStreamProtocol(request, spdyProcessProtocol);
    return (signal) =>
      SpdyChannels.open(
        (onStream) => acceptSpdy(upgrade, { streamProtocol: spdyProcessProtocol, clock, onStream }),
        streams,
        clock,
        signal,
      );
  }
  const subprotocol = negotiateSubprotocol(upgrade, request.headers['sec-websocket-protocol'], remoteCommandProtocols);
  return async (signal) => new WebSocketChannels(await acceptWebSocket(upgrade, { subprotocol, clock }, signal), streams);
}
