import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';

import { createWebSocketStream } from 'ws';

import { LongshoreError } from '../../errors/errors.js';
import { SpdyConnection } from '../../spdy/spdy-connection.js';
import type { ApiAccess } from '../access.js';
import { openWebSocket } from './open-web-socket.js';

export interface PortOptions {
  namespace: string;
  pod: string;
  /** 1 to 65535. */
  port: number;
}

/** SPDY frames in the messages of a WebSocket, as kubectl port-forward speaks. */
const tunnelProtocol = 'SPDY/3.1+portforward.k8s.io';

/**
 * One TCP connection to a port of localhost inside a pod, over a connection to the API server of
 * its own: one that stalls holds up no other. Each direction ends by itself; destroy it when done.
 * That nothing listens on the port is told as the stream's error, LongshoreError Unavailable.
 * @throws LongshoreError InvalidArgument, NotFound, PermissionDenied, Unavailable with the server's words
 */
export async function openPort(access: ApiAccess, { namespace, pod, port }: PortOptions, signal?: AbortSignal): Promise<Duplex> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/portforward`;
  const connection = await openWebSocket(
    access,
    path,
    [tunnelProtocol],
    (webSocket) => new SpdyConnection(createWebSocketStream(webSocket), { role: 'client' }),
    signal,
  );
  const pair = { port: String(port), requestid: '0' };
  const error = connection.open(new Map(Object.entries({ streamtype: 'error', ...pair })));
  error.end();
  const data = connection.open(new Map(Object.entries({ streamtype: 'data', ...pair })));
  data.once('close', () => {
    if (data.readableEnded && data.writableFinished) connection.close();
    // What the pod has not taken is not to arrive any longer.
    else connection.destroy();
  });
  text(error).then(
    (message) => message !== '' && data.destroy(new LongshoreError('Unavailable', message)),
    // The connection is over, and the data's stream with it.
    () => undefined,
  );
  return data;
}
