import type { Clock } from '../clock/clock.js';
import { readFileIfExists } from '../files/read-file-if-exists.js';
import type { Logger } from '../log/logger.js';

/** Short: a cluster inside a test waits for it. */
const pollMs = 25;

/**
 * The join token that an agent was started with, as an option for ensureIdentity; none when it
 * was started without. A token file that is not there is no token for an agent that has joined,
 * which needs none; another one waits for the file, so that agents may be started first.
 */
export async function readJoinToken(
  options: {
    token: string | undefined;
    tokenFile: string | undefined;
    /** Whether a certificate was ever issued to this agent. */
    hasJoined: () => Promise<boolean>;
    clock: Clock;
    log: Logger;
  },
  signal: AbortSignal,
): Promise<{ token?: string }> {
  const { token, tokenFile, hasJoined, clock, log } = options;
  if (token !== undefined) return { token };
  if (tokenFile === undefined) return {};
  for (let waited = false; ; waited = true) {
    const text = (await readFileIfExists(tokenFile))?.trim();
    if (text) return { token: text };
    if (await hasJoined()) return {};
    if (!waited) log.info('waiting for the join token', { tokenFile });
    await clock.sleep(pollMs, signal);
  }
}
