import type { Clock } from '../../lib/clock/clock.js';
import { isError } from '../../lib/errors/errors.js';
import type { Logger } from '../../lib/log/logger.js';
import type { ServiceAccountTokenSource } from '../../proto/gen/longshore/node/v1/pod.js';

/** Makes tokens; the control plane does. */
export interface TokenSource {
  /** @throws LongshoreError Unavailable, DeadlineExceeded (try again), PermissionDenied, NotFound */
  create(
    request: { podUid: string; audiences: readonly string[]; expirationSeconds: number },
    signal: AbortSignal,
  ): Promise<{ token: string; expiresAtMs: number }>;
}

interface IssuedToken {
  token: string;
  issuedAtMs: number;
  expiresAtMs: number;
}

/** Share of a token's life after which it is replaced. */
const refreshShare = 4 / 5;

/** Service-account tokens of pods: kept until four fifths of their life, then made anew. */
export class ServiceAccountTokens {
  readonly #source: TokenSource;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #issued = new Map<string, IssuedToken>();

  constructor(options: { source: TokenSource; clock: Clock; log: Logger }) {
    this.#source = options.source;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /**
   * While the control plane does not answer, an old token is as good as it gets, and a pod
   * that `mayGoWithout` gets none rather than not starting.
   * @param existing the token that stands in the volume, from before a restart of the agent
   */
  async token(
    options: { podUid: string; wanted: ServiceAccountTokenSource; existing: string | undefined; mayGoWithout: boolean },
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { podUid, wanted, existing, mayGoWithout } = options;
    const { audience, expirationSeconds } = wanted;
    const key = `${podUid}/${wanted.path}/${audience}/${expirationSeconds}`;
    const known = this.#issued.get(key) ?? parseToken(existing);
    if (known && !this.#isDue(known)) return known.token;
    const issuedAtMs = this.#clock.now();
    try {
      const audiences = audience === '' ? [] : [audience];
      const { token, expiresAtMs } = await this.#source.create({ podUid, audiences, expirationSeconds }, signal);
      this.#issued.set(key, { token, issuedAtMs, expiresAtMs });
      return token;
    } catch (thrown) {
      if (!isError(thrown, 'Unavailable', 'DeadlineExceeded') || !(known || mayGoWithout)) throw thrown;
      this.#log.warn('service account token not renewed', { podUid, reason: thrown.message, kept: known !== undefined });
      return known?.token;
    }
  }

  forget(podUid: string): void {
    for (const key of this.#issued.keys()) if (key.startsWith(`${podUid}/`)) this.#issued.delete(key);
  }

  #isDue({ issuedAtMs, expiresAtMs }: IssuedToken): boolean {
    return this.#clock.now() >= issuedAtMs + (expiresAtMs - issuedAtMs) * refreshShare;
  }
}

/** Reads the times of a JWT (RFC 7519); undefined when it is none. The signature is the API's business. Pure. */
export function parseToken(token: string | undefined): IssuedToken | undefined {
  const payload = token?.split('.')[1];
  if (token === undefined || payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    if (typeof claims !== 'object' || claims === null || !('iat' in claims) || !('exp' in claims)) return undefined;
    if (typeof claims.iat !== 'number' || typeof claims.exp !== 'number') return undefined;
    return { token, issuedAtMs: claims.iat * 1_000, expiresAtMs: claims.exp * 1_000 };
  } catch {
    // Whatever it is, it is replaced.
    return undefined;
  }
}
