import { LongshoreError } from '../errors/errors.js';
import { type AgentRole, IdentityFile } from './identity-file.js';
import { certificateHash, clusterIdOf, parseJoinToken } from './join-token.js';

/**
 * The id of the cluster that an agent belongs to, or joins with its token, which wins. Needs
 * no control plane: it is in what the agent trusts.
 * @param options.dir of the key and certificates
 * @throws LongshoreError FailedPrecondition when there is neither token nor certificate,
 *   InvalidArgument when the token is malformed
 */
export async function knownClusterId(options: { dir: string; role: AgentRole; token?: string }): Promise<string> {
  const { dir, token } = options;
  if (token !== undefined) return clusterIdOf(parseJoinToken(token).caHash);
  const identity = await new IdentityFile(options).load();
  if (identity) return clusterIdOf(certificateHash(identity.caPem));
  throw new LongshoreError('FailedPrecondition', `no client certificate in ${dir} and no join token: give --token`);
}
