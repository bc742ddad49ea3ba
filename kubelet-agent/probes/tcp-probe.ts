import { connect } from 'node:net';

import type { TcpSocketAction } from '../../proto/gen/longshore/node/v1/pod.js';
import type { ProbeContext } from './probe-context.js';
import { failure, type ProbeOutcome, success } from './probe-outcome.js';

/** Success when the port accepts a connection. */
export function probeTcp(
  action: TcpSocketAction,
  { host, timeoutMs, clock }: ProbeContext,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const address = action.host || host;
  const failed = (why: string): ProbeOutcome => failure(`dial tcp ${address}:${action.port}: ${why}`);
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: action.port });
    const finish = (outcome: ProbeOutcome): void => {
      cancelTimeout();
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(outcome);
    };
    const onAbort = (): void => {
      finish(failed('operation was canceled'));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const cancelTimeout = clock.after(timeoutMs, () => {
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
