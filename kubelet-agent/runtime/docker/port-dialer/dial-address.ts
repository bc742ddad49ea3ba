import { connect, type Socket } from 'node:net';

import { abortReason } from '../../../../lib/clock/clock.js';

/** A TCP connection whose directions end by themselves. @throws what the kernel says, or the signal's reason */
export function dialAddress(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, allowHalfOpen: true });
    const settle = (act: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      socket.removeListener('error', onError);
      act();
    };
    const onError = (error: Error): void => settle(() => reject(error));
    const onAbort = (): void => {
      socket.destroy();
      settle(() => reject(abortReason(signal)));
    };
    socket.once('error', onError);
    socket.once('connect', () => settle(() => resolve(socket)));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}
