import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

import type { Clock } from '../clock/clock.js';

/**
 * Gives up every TCP connection of this process to `port`, of whatever host, that is not open,
 * or over which nothing has come, `limitMs` after it was begun. The gRPC library itself waits
 * for as long as the kernel does: up to two minutes for a machine that is switched off, and
 * longer where it went away during the handshake. Whoever connects tries again then, and
 * reaches a machine that is back within `limitMs`.
 * @param options.limitMs default 3 s: the second repetition of a lost packet comes before
 */
export function boundConnecting({ port, limitMs = 3_000, clock }: { port: number; limitMs?: number; clock: Clock }): void {
  subscribe('net.client.socket', (message) => {
    const { socket } = message as { socket: Socket };
    socket.once('connectionAttempt', (_address: string, attemptedPort: number) => {
      if (attemptedPort !== port) return;
      const cancel = clock.after(limitMs, () => {
        if (socket.bytesRead === 0) socket.destroy(new Error(`no answer within ${limitMs} ms`));
      });
      socket.once('close', cancel);
    });
  });
}
