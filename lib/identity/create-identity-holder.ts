import type { Clock } from '../clock/clock.js';
import type { Logger } from '../log/logger.js';
import { ensureIdentity } from './ensure-identity.js';
import { type AgentRole, IdentityFile } from './identity-file.js';
import { IdentityHolder } from './identity-holder.js';
import { keepIdentityFresh } from './keep-identity-fresh.js';
import { readJoinToken } from './read-join-token.js';

/** Who an agent is and how it joins. */
export interface JoinOptions {
  /** Directory of the key and certificates, for example <state-dir>/pki. */
  dir: string;
  /** The node plane, "host:port". */
  server: string;
  nodeName: string;
  role: AgentRole;
  token: string | undefined;
  tokenFile: string | undefined;
  clock: Clock;
  log: Logger;
}

/** The holder of an agent's certificate on disk, issued by the node plane. */
export function createIdentityHolder(options: JoinOptions): IdentityHolder {
  const { dir, server, nodeName, role, clock, log } = options;
  const identity = { dir, server, nodeName, role, clock, log };
  return new IdentityHolder({
    obtain: async (signal, onProblem) =>
      ensureIdentity({ ...identity, ...(await currentToken(options, signal)), onProblem, signal }),
    hasJoined: () => hasJoined(options),
    keepFresh: (held, signal) => keepIdentityFresh({ ...identity, identity: held, signal }),
    clock,
    log,
  });
}

/** The join token as it is now; waits for its file while the agent has not joined. */
export function currentToken(options: JoinOptions, signal: AbortSignal): Promise<{ token?: string }> {
  const { token, tokenFile, clock, log } = options;
  return readJoinToken({ token, tokenFile, hasJoined: () => hasJoined(options), clock, log }, signal);
}

async function hasJoined({ dir, role }: JoinOptions): Promise<boolean> {
  return (await new IdentityFile({ dir, role }).load()) !== undefined;
}
