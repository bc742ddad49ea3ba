import type { Clock } from '../../../lib/clock/clock.js';
import type { Secret } from '../../../lib/kubernetes/types/core-v1.js';
import { joinTokenNamespace, joinTokenSecretName, takeUse, unknownJoinToken } from '../../../lib/identity/join-token-secret.js';
import type { ResourceClient } from '../../resources/client.js';

/** The join tokens of the cluster, checked and counted against their Secrets. */
export class JoinTokens {
  readonly #secrets: ResourceClient<Secret>;
  readonly #clock: Clock;

  constructor(options: { secrets: ResourceClient<Secret>; clock: Clock }) {
    this.#secrets = options.secrets;
    this.#clock = options.clock;
  }

  /**
   * Checks `token` ("<id>.<secret>") without using it.
   * @throws LongshoreError Unauthenticated
   */
  async check(token: string): Promise<void> {
    const { name, secret } = parse(token);
    const stored = await this.#secrets.get(joinTokenNamespace, name);
    if (!stored) throw unknownJoinToken();
    takeUse({ ...stored }, secret, this.#clock.now());
  }

  /**
   * Takes one use of `token`, by compare-and-swap: of callers at the same moment no more
   * succeed than the token has uses left.
   * @throws LongshoreError Unauthenticated
   */
  async take(token: string): Promise<void> {
    const { name, secret } = parse(token);
    const stored = await this.#secrets.modify(joinTokenNamespace, name, (draft) => {
      takeUse(draft, secret, this.#clock.now());
    });
    if (!stored) throw unknownJoinToken();
  }
}

function parse(token: string): { name: string; secret: string } {
  const [, id, secret] = /^([a-z0-9]{6})\.([a-z0-9]{16})$/.exec(token) ?? [];
  if (!id || !secret) throw unknownJoinToken();
  return { name: joinTokenSecretName(id), secret };
}
