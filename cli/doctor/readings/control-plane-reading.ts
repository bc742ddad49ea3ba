import { connect, constants } from 'node:http2';

import { systemClock } from '../../../lib/clock/clock.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import { nodePlaneServerName } from '../../../lib/identity/agent-identity.js';
import { fetchAuthority } from '../../../lib/identity/fetch-authority.js';
import { parseJoinToken } from '../../../lib/identity/join-token.js';

const timeoutMs = 5_000;

export interface ControlPlaneReading {
  /** host:port; undefined when none is to be joined. */
  readonly server: string | undefined;
  /** Why it does not answer, or answers as another than the token names. */
  readonly problem?: string;
  /** How far its clock is ahead of this machine's; undefined when its answer does not say. */
  readonly aheadMs?: number;
}

/** Asks the node plane for its health, as everyone may, and looks at the date of the answer. Never throws. */
export async function readControlPlane(server: string | undefined, token: string | undefined): Promise<ControlPlaneReading> {
  if (server === undefined) return { server };
  try {
    if (token !== undefined) await fetchAuthority({ server, caHash: parseJoinToken(token).caHash, timeoutMs });
    const startedMs = systemClock.now();
    const date = await dateOf(server);
    const nowMs = (startedMs + systemClock.now()) / 2;
    // The header has whole seconds: on average the true time is half of one later.
    return date === undefined ? { server } : { server, aheadMs: Math.round(date + 500 - nowMs) };
  } catch (thrown) {
    return { server, problem: LongshoreError.from(thrown).message };
  }
}

/** The Date of its answer. Whose answer it is does not matter here: nothing is told, and nothing else is believed. */
function dateOf(server: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const session = connect(`https://${server}`, { servername: nodePlaneServerName, rejectUnauthorized: false });
    const fail = (error: Error): void => {
      session.destroy();
      // A request that its connection takes down names that as the cause.
      reject(error.cause instanceof Error ? error.cause : error);
    };
    session.setTimeout(timeoutMs, () => {
      fail(new Error(`no answer within ${timeoutMs / 1000} s`));
    });
    session.on('error', fail);
    const request = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: '/grpc.health.v1.Health/Check',
      [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
      [constants.HTTP2_HEADER_TE]: 'trailers',
    });
    request.on('error', fail);
    request.on('response', (headers) => {
      session.destroy();
      const date = Date.parse(headers.date ?? '');
      resolve(Number.isNaN(date) ? undefined : date);
    });
    // An empty message of gRPC: not compressed, of length 0.
    request.end(Buffer.alloc(5));
  });
}
