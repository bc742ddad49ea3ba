import { connect } from 'node:net';

import type { TcpSocketAction } from '../../proto/gen/longshore/node/v1/pod.js';
import { failure, type ProbeOutcome, success } from './probe-outcome.js';

/**
 * Success when the port accepts a connection.
 * @param host the pod's address
 */
export function probeTcp(action: TcpSocketAction, host: string, timeoutMs: number, signal: AbortSignal): Promise<ProbeOutcome> {
  const address = action.host || host;
  const failed = (why: string): ProbeOutcome => failure(`dial tcp ${address}:${action.port}: ${why}`);
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: action.port });
    const finish = (outcome: ProbeOutcome): void => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(outcome);
    };
    const onAbort = (): void => {
      finish(failed('operation was canceled'));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.setTimeout(timeoutMs, () => {
      finish(failed('i/o timeout'));
    });
    socket.once('connect', () => {
      finish(success);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      finish(failed(error.code === 'ECONNREFUSED' ? 'connect: connection refused' : error.message));
    });
  });
}
