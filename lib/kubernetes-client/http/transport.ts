import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';

import { abortReason } from '../../clock/clock.js';
import { LongshoreError } from '../../errors/errors.js';
import { authorizationOf, tlsOptionsOf, urlOf, type ApiAccess } from '../access.js';
import { errorOfAnswer } from '../status-error.js';
import { connectionError } from './connection-error.js';
import { withQuery, type Query } from './query.js';

export interface ApiRequest {
  /** Default GET. */
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Query;
  /** Sent as JSON. */
  body?: unknown;
  /** Default application/json. */
  contentType?: string;
  /** Default application/json. */
  accept?: string;
}

/** Longest silence of the server before and within an answer that is not a stream. */
const answerMs = 30_000;

/**
 * HTTP/1.1 to one API server over kept connections. Answers other than 2xx are thrown as the
 * LongshoreError of their Status; a server that cannot be reached is Unavailable.
 */
export class Transport {
  readonly #access: ApiAccess;
  readonly #agent: Agent | HttpAgent;

  constructor(access: ApiAccess) {
    this.#access = access;
    const kept = { keepAlive: true };
    this.#agent = this.#isTls() ? new Agent({ ...kept, ...tlsOptionsOf(access) }) : new HttpAgent(kept);
  }

  get server(): string {
    return this.#access.server;
  }

  /** Closes every connection; requests and streams under way fail. */
  close(): void {
    this.#agent.destroy();
  }

  /** The JSON of an answer. */
  async json<T>(request: ApiRequest, signal?: AbortSignal): Promise<T> {
    const body = await this.text(request, signal);
    try {
      return JSON.parse(body) as T;
    } catch (thrown) {
      throw new LongshoreError('Internal', `${describe(request)}: the answer is not JSON`, { cause: thrown });
    }
  }

  async text(request: ApiRequest, signal?: AbortSignal): Promise<string> {
    const response = await this.#open(request, signal);
    return this.#read(response, request, signal);
  }

  /** An answer that may last: it is silent as long as it likes, and ends when `signal` aborts. */
  async stream(request: ApiRequest, signal?: AbortSignal): Promise<IncomingMessage> {
    const response = await this.#open(request, signal);
    response.setTimeout(0);
    return response;
  }

  async #open(request: ApiRequest, signal: AbortSignal | undefined): Promise<IncomingMessage> {
    let response: IncomingMessage;
    try {
      response = await this.#send(request, signal);
    } catch (thrown) {
      // A kept connection that the server has closed meanwhile says nothing about the server.
      if (!(thrown instanceof StaleConnection)) throw thrown;
      response = await this.#send(request, signal);
    }
    const { statusCode = 500 } = response;
    if (statusCode < 300) return response;
    throw errorOfAnswer(await this.#read(response, request, signal), statusCode);
  }

  async #send(request: ApiRequest, signal: AbortSignal | undefined): Promise<IncomingMessage> {
    const { method = 'GET', path, query, body } = request;
    const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = await this.#headers(request, content);
    const start = this.#isTls() ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(abortReason(signal));
        return;
      }
      const options = { method, agent: this.#agent, timeout: answerMs, headers, signal };
      const outgoing = start(urlOf(this.#access, withQuery(path, query)), options, resolve);
      outgoing.on('timeout', () => outgoing.destroy(silence(request)));
      outgoing.on('error', (error) => {
        if (signal?.aborted) reject(abortReason(signal));
        else reject(isStale(outgoing, error, method) ? new StaleConnection() : this.#failure(error));
      });
      outgoing.end(content);
    });
  }

  async #headers(request: ApiRequest, content: Buffer | undefined): Promise<Record<string, string | number>> {
    const { accept = 'application/json', contentType = 'application/json' } = request;
    return {
      accept,
      'user-agent': 'longshore',
      ...(await authorizationOf(this.#access)),
      // Said for DELETE too, of which Node does not expect a body.
      ...(content === undefined ? {} : { 'content-type': contentType, 'content-length': content.length }),
    };
  }

  async #read(response: IncomingMessage, request: ApiRequest, signal: AbortSignal | undefined): Promise<string> {
    response.setTimeout(answerMs, () => response.destroy(silence(request)));
    try {
      return await text(response);
    } catch (thrown) {
      if (signal?.aborted) throw abortReason(signal);
      throw this.#failure(thrown);
    }
  }

  #failure(thrown: unknown): LongshoreError {
    return connectionError(thrown, this.#access.server);
  }

  #isTls(): boolean {
    return !this.#access.server.startsWith('http:');
  }
}

/** A GET may be sent again without harm. */
class StaleConnection extends Error {}

function isStale(outgoing: ClientRequest, error: NodeJS.ErrnoException, method: string): boolean {
  return method === 'GET' && outgoing.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

function silence(request: ApiRequest): LongshoreError {
  return new LongshoreError('DeadlineExceeded', `${describe(request)} was not answered within ${answerMs / 1000} s`);
}

function describe({ method = 'GET', path }: ApiRequest): string {
  return `${method} ${path}`;
}
