import { readFileIfExists } from '../files/read-file-if-exists.js';

/**
 * The join token that an agent was started with, as an option for ensureIdentity. A token
 * file that is not there is no token: a node that has joined needs none.
 */
export async function readJoinToken(config: {
  token: string | undefined;
  tokenFile: string | undefined;
}): Promise<{ token?: string }> {
  const token = config.token ?? (config.tokenFile === undefined ? undefined : await readFileIfExists(config.tokenFile))?.trim();
  return token ? { token } : {};
}
