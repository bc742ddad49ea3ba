import type { UserInfo } from '../authentication/user-info.js';
import type { RequestInfo } from './request-info.js';
import type { ConnectionUpgrade } from './connection-upgrade.js';
import type { ApiRequest, ApiResponse } from './exchange.js';

/** One request on its way through the API. */
export interface Call {
  readonly request: ApiRequest;
  readonly response: ApiResponse;
  readonly query: URLSearchParams;
  /** Who asks; for an anonymous route system:anonymous. */
  readonly user: UserInfo;
  readonly info: RequestInfo;
  /** Parameters of the route's path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Present when the request asks to speak another protocol on its connection, which only HTTP/1.1 can. */
  readonly upgrade: ConnectionUpgrade | undefined;
  /** Aborts when the client is gone, or when the API stops: long answers end then. */
  readonly signal: AbortSignal;
}
