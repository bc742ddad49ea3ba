import { connect, type Socket } from 'node:net';

import type { DialAnswer, DialRequest } from './dial-messages.js';

/**
 * The program that runs inside a pod's network namespace (see netns-dialer-runner.ts). It
 * connects to ports of localhost and hands each connected socket to the agent, through
 * which the data then flows; a socket stays in the namespace in which it was made.
 */
process.on('message', ({ id, port }: DialRequest) => {
  dial(port).then(
    (socket) => answer({ id }, socket),
    (thrown: unknown) => answer({ id, error: thrown instanceof Error ? thrown.message : String(thrown) }),
  );
});
// The agent is done with this namespace, or gone.
process.on('disconnect', () => process.exit(0));
answer({ ready: true });

/** @throws why 127.0.0.1 does not take it, when ::1 does not either */
async function dial(port: number): Promise<Socket> {
  try {
    return await dialAddress('127.0.0.1', port);
  } catch (thrown) {
    return dialAddress('::1', port).catch(() => {
      throw thrown;
    });
  }
}

function dialAddress(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, allowHalfOpen: true });
    // What it reads here would be lost: the agent reads.
    socket.pause();
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.removeListener('error', reject);
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

function answer(message: DialAnswer, socket?: Socket): void {
  // An agent that has gone takes no answer; 'disconnect' ends this program.
  process.send?.(message, socket, {}, () => undefined);
}
