import { connect, type Socket } from 'node:net';

import type { DialAnswer, DialRequest } from './dial-messages.js';

/**
 * The program that runs inside a pod's network namespace (see netns-dialer-runner.ts). It
 * connects to ports of localhost and hands each connected socket to the agent, through
 * which the data then flows; a socket stays in the namespace in which it was made.
 */
const addresses = ['127.0.0.1', '::1'] as const;

process.on('message', ({ id, port }: DialRequest) => {
  dial(port).then(
    (socket) => answer({ id }, socket),
    (thrown: unknown) => answer({ id, error: thrown instanceof Error ? thrown.message : String(thrown) }),
  );
});
// The agent is done with this namespace, or gone.
process.on('disconnect', () => process.exit(0));
answer({ ready: true });

async function dial(port: number): Promise<Socket> {
  const failures: string[] = [];
  for (const host of addresses) {
    try {
      return await dialAddress(host, port);
    } catch (thrown) {
      failures.push(thrown instanceof Error ? thrown.message : String(thrown));
    }
  }
  throw new Error(failures.join(', '));
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
