import type { Clock } from '../../../lib/clock/clock.js';
import { isError } from '../../../lib/errors/errors.js';
import type { Logger } from '../../../lib/log/logger.js';
import { authenticate, type TokenVerifier } from '../authentication/authenticator.js';
import { impersonate } from '../authentication/impersonation.js';
import { anonymous, type UserInfo } from '../authentication/user-info.js';
import { requireAllowed, type Authorizer } from '../authorization/authorizer.js';
import { isLongRunning, type ApiMetrics } from '../observability/api-metrics.js';
import { methodNotAllowed, statusOf, StatusError, unknownPath } from '../status.js';
import type { Call } from './call.js';
import type { ConnectionUpgrade } from './connection-upgrade.js';
import type { ApiRequest, ApiResponse } from './exchange.js';
import { requestInfo, type RequestInfo } from './request-info.js';
import { respond } from './respond.js';
import type { Method, Router } from './router.js';

/** A request slower than this gets a line in the log. */
const slowMs = 1_000;

export interface DispatcherOptions {
  router: Router;
  authorizer: Authorizer;
  tokens: TokenVerifier | undefined;
  metrics: ApiMetrics;
  clock: Clock;
  log: Logger;
}

/**
 * Takes every request through the same steps: authenticate, authorize, find the route,
 * handle. Whatever fails is answered with a Status; nothing is thrown.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /**
   * @param certificateUser the user of the connection's client certificate
   * @param signal aborts when the client is gone or the API stops
   * @param upgrade what an HTTP/1.1 client wants to speak instead
   */
  async dispatch(
    request: ApiRequest,
    response: ApiResponse,
    certificateUser: UserInfo | undefined,
    signal: AbortSignal,
    upgrade?: ConnectionUpgrade,
  ): Promise<void> {
    const { clock, metrics } = this.#options;
    const startMs = clock.monotonic();
    const method = request.method ?? 'GET';
    const url = urlOf(request);
    const info = requestInfo(method, url.pathname, url.searchParams);
    const finish = metrics.begin(info);
    const call = { request, response, query: url.searchParams, info, signal, upgrade };
    try {
      await this.#handle(call, method, certificateUser);
    } catch (thrown) {
      await this.#fail(thrown, call);
    } finally {
      const durationMs = clock.monotonic() - startMs;
      const code = upgrade?.taken ? 101 : response.statusCode;
      finish(code, durationMs);
      this.#logSlow(info, method, code, durationMs);
    }
  }

  async #handle(call: Omit<Call, 'user' | 'params'>, method: string, certificateUser: UserInfo | undefined): Promise<void> {
    const { authorizer, router, tokens } = this.#options;
    const { request, info } = call;
    const match = router.find(info.path);
    let user = anonymous;
    if (!match?.route.anonymous) {
      const { authorization } = request.headers;
      user = await impersonate(await authenticate({ certificateUser, authorization }, tokens), request.headers, authorizer);
      await requireAllowed(authorizer, user, info);
    }
    if (!match) throw unknownPath();
    const handler = match.route.methods[method as Method];
    if (!handler) throw methodNotAllowed(Object.keys(match.route.methods));
    await handler({ ...call, user, params: match.params });
  }

  async #fail(thrown: unknown, call: Omit<Call, 'user' | 'params'>): Promise<void> {
    const { response, info } = call;
    if (call.signal.aborted && isError(thrown, 'Cancelled')) return;
    const status = statusOf(thrown, info.resource);
    if (status.code >= 500) this.#options.log.error('request failed', { path: info.path, verb: info.verb, error: thrown });
    if (response.headersSent || call.upgrade?.taken) {
      // Too late for a Status: the client must see that the answer is not whole.
      response.destroy();
      return;
    }
    await respond(call, status.code, status, 'json', thrown instanceof StatusError ? headersFor(thrown, call.request) : {});
  }

  #logSlow(info: RequestInfo, method: string, code: number, durationMs: number): void {
    if (durationMs < slowMs || isLongRunning(info)) return;
    this.#options.log.warn('slow request', {
      method,
      path: info.path,
      verb: info.verb,
      code,
      durationMs: Math.round(durationMs),
    });
  }
}

/** Path and query; whatever is not a path (`*`, another host) is one that no route has. */
function urlOf({ url = '' }: ApiRequest): URL {
  return new URL(url.startsWith('/') ? `https://localhost${url}` : 'https://localhost/');
}

/** HTTP/2 knows no Connection header. */
function headersFor({ headers }: StatusError, request: ApiRequest): Record<string, string> {
  return request.httpVersionMajor < 2
    ? headers
    : Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'connection'));
}
