import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

import type { ApiAccess } from '../../lib/kubernetes-client/access.js';
import { openPort } from '../../lib/kubernetes-client/streams/open-port.js';
import { joinDuplex } from '../../lib/streams/join-duplex.js';

/** A port of 127.0.0.1 that leads into a pod. */
export interface ForwardedPort extends AsyncDisposable {
  readonly port: number;
  /** Ends it, and the connections that go through it. */
  close(): Promise<void>;
}

/** Forwards a free port of 127.0.0.1 to a port of a pod, each connection over one of its own. */
export async function forwardPort(
  access: ApiAccess,
  target: { namespace: string; pod: string; port: number },
): Promise<ForwardedPort> {
  const sockets = new Set<Socket>();
  const carry = async (socket: Socket): Promise<void> => {
    const connection = await openPort(access, target);
    try {
      await joinDuplex(socket, connection);
    } finally {
      connection.destroy();
    }
  };
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // What is wrong with the pod is told as kubectl does it: the connection breaks.
    carry(socket).catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
  };
  return { port: (server.address() as AddressInfo).port, close, [Symbol.asyncDispose]: close };
}
