import { createWebSocketStream } from 'ws';

import { SpdyConnection } from '../../../lib/spdy/spdy-connection.js';
import type { SpdyStream } from '../../../lib/spdy/spdy-stream.js';
import type { ConnectionUpgrade } from '../http/connection-upgrade.js';
import type { ResourceCall, ResourceHandler } from '../resources/resource-call.js';
import { badRequest, StatusError } from '../status.js';
import { idleSignal } from './idle-signal.js';
import { PortForwardSession } from './port-forward-session.js';
import { acceptSpdy, negotiateStreamProtocol } from './spdy-upgrade.js';
import { requirePod, requireStreams, requireUpgrade } from './stream-requirements.js';
import { acceptWebSocket, negotiateSubprotocol } from './websocket-upgrade.js';

const portForwardProtocol = 'portforward.k8s.io';
/** SPDY frames in the binary messages of a WebSocket, however they are cut. */
const tunnelProtocol = 'SPDY/3.1+portforward.k8s.io';

/** GET or POST pods/<name>/portforward: connections to ports of a pod, as streams of one SPDY connection. */
export const handlePortForward: ResourceHandler = async (call) => {
  const { services } = call;
  const upgrade = requireUpgrade(call);
  const pod = await requirePod(call);
  const phase = pod.status?.phase;
  if (phase !== 'Running') {
    throw badRequest(`unable to forward port because pod is not running. Current status=${phase ?? 'Pending'}`);
  }
  const streams = requireStreams(call);
  const { nodeName = '' } = pod.spec;
  // Told at once, not with the first connection.
  if (!streams.isConnected(nodeName)) {
    throw new StatusError(503, 'ServiceUnavailable', `node ${nodeName} is not connected: its kubelet agent is not running`);
  }
  const accept = acceptConnection(call, upgrade);
  using idle = idleSignal(services.clock, call.signal);
  const session = new PortForwardSession({
    pod,
    dial: (port, signal) => streams.dial(pod, port, signal),
    clock: services.clock,
    onActivity: idle.touch,
    signal: idle.signal,
  });
  const connection = await accept((stream) => session.add(stream), idle.signal);
  const close = (): void => connection.close();
  idle.signal.addEventListener('abort', close, { once: true });
  if (idle.signal.aborted) close();
  await connection.closed;
};

/** @returns answers the handshake. @throws StatusError 400 or 403 when the client offers no protocol that is served */
function acceptConnection(
  { request, services: { clock } }: ResourceCall,
  upgrade: ConnectionUpgrade,
): (onStream: (stream: SpdyStream) => void, signal: AbortSignal) => Promise<SpdyConnection> {
  if (upgrade.protocol === 'spdy/3.1') {
    negotiateStreamProtocol(request, portForwardProtocol);
    return (onStream) => Promise.resolve(acceptSpdy(upgrade, { streamProtocol: portForwardProtocol, clock, onStream }));
  }
  const subprotocol = negotiateSubprotocol(upgrade, request.headers['sec-websocket-protocol'], [tunnelProtocol]);
  return async (onStream, signal) => {
    const webSocket = await acceptWebSocket(upgrade, { subprotocol, clock }, signal);
    return new SpdyConnection(createWebSocketStream(webSocket), { role: 'server', onStream });
  };
}
