import { LongshoreError } from '../errors/errors.js';
import { currentToken, type JoinOptions } from './create-identity-holder.js';
import { ensureIdentity } from './ensure-identity.js';
import { IdentityFile } from './identity-file.js';
import { certificateHash, clusterIdOf } from './join-token.js';
import { knownClusterId } from './known-cluster-id.js';

/**
 * The id of the cluster that an agent works for from now on. One that has a certificate and is
 * given the token of another cluster belongs to the former until the other has let it in: a
 * wrong token costs it nothing. Waits, in that case, until the other cluster has answered.
 * @throws LongshoreError as {@link knownClusterId}
 */
export async function settleClusterId(options: JoinOptions, signal: AbortSignal): Promise<string> {
  const token = await currentToken(options, signal);
  const named = await knownClusterId({ ...options, ...token });
  const held = await new IdentityFile(options).load();
  if (!held) return named;
  const former = clusterIdOf(certificateHash(held.caPem));
  if (former === named) return named;
  try {
    const { dir, server, nodeName, role, clock, log } = options;
    await ensureIdentity({ dir, server, nodeName, role, clock, log, ...token, signal });
    return named;
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    options.log.error('another cluster does not let this agent in, staying with what it has of the former one', {
      reason: LongshoreError.from(thrown).message,
    });
    return former;
  }
}
