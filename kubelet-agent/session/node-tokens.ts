import { LongshoreError } from '../../lib/errors/errors.js';
import { callUnary } from '../../lib/grpc/client.js';
import type { NodeServiceClient } from '../../proto/gen/longshore/node/v1/node.js';
import type { TokenSource } from '../volumes/service-account-tokens.js';

/** Service account tokens from the control plane, within the session that stands. */
export class NodeTokens implements TokenSource {
  #connection: { client: NodeServiceClient; sessionId: () => string | undefined } | undefined;

  /** Before it is called, tokens are Unavailable. */
  connect(client: NodeServiceClient, sessionId: () => string | undefined): void {
    this.#connection = { client, sessionId };
  }

  async create(
    request: { podUid: string; audiences: readonly string[]; expirationSeconds: number },
    signal: AbortSignal,
  ): Promise<{ token: string; expiresAtMs: number }> {
    const sessionId = this.#connection?.sessionId();
    if (!this.#connection || sessionId === undefined) {
      throw new LongshoreError('Unavailable', 'not connected to the control plane, which makes service account tokens');
    }
    const { client } = this.#connection;
    const { podUid, audiences, expirationSeconds } = request;
    const response = await callUnary(
      client.createServiceAccountToken.bind(client),
      { sessionId, podUid, audiences: [...audiences], expirationSeconds },
      { signal },
    );
    return { token: response.token, expiresAtMs: response.expiresAt?.getTime() ?? 0 };
  }
}
