import { connect, constants, type ClientHttp2Session, type SecureClientSessionOptions } from 'node:http2';
import { request as httpsRequest, type RequestOptions } from 'node:https';

import type { ClientIdentity, TestApi } from './test-api.js';

export interface ApiAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
  text: string;
  /** The body as JSON; undefined when it is none. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers of every kind
  json: any;
}

export interface ApiRequestOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer | object;
  /** null: no client certificate. Default: the administrator's. */
  client?: ClientIdentity | null;
}

export type SendRequest = (path: string, options?: ApiRequestOptions) => Promise<ApiAnswer>;

/** One request over HTTP/1.1, on a connection of its own. */
export function requestOverHttp1(api: TestApi): SendRequest {
  return (path, options = {}) =>
    new Promise((resolve, reject) => {
      const { headers, body } = prepare(options);
      const request = httpsRequest(
        `${api.url}${path}`,
        { ...tlsOptions(api, options), method: options.method ?? 'GET', headers, agent: false },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => resolve(answer(response.statusCode ?? 0, response.headers, chunks)));
        },
      );
      request.on('error', reject);
      request.end(body);
    });
}

/** One request over HTTP/2, on a connection of its own. */
export function requestOverHttp2(api: TestApi): SendRequest {
  return async (path, options = {}) => {
    const session = connect(api.url, tlsOptions(api, options) as SecureClientSessionOptions);
    try {
      return await overSession(session, path, options);
    } finally {
      session.close();
    }
  };
}

function overSession(session: ClientHttp2Session, path: string, options: ApiRequestOptions): Promise<ApiAnswer> {
  return new Promise((resolve, reject) => {
    session.on('error', reject);
    const { headers, body } = prepare(options);
    const stream = session.request({ ':path': path, ':method': options.method ?? 'GET', ...headers });
    const chunks: Buffer[] = [];
    let head: Record<string, string | string[] | undefined> = {};
    let status = 0;
    stream.on('response', (received) => {
      head = received;
      status = Number(received[constants.HTTP2_HEADER_STATUS]);
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('end', () => resolve(answer(status, head, chunks)));
    stream.end(body);
  });
}

/** A watch over HTTP/1.1: its events as they come. */
export interface TestWatch {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  /** The next event; undefined at the end of the stream. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as ApiAnswer.json
  next(): Promise<any>;
  close(): void;
}

/** Resolves with the headers, before any event. */
export function openWatch(api: TestApi, path: string, headers: Record<string, string> = {}): Promise<TestWatch> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(`${api.url}${path}`, { ...tlsOptions(api, {}), headers, agent: false }, (response) => {
      const events: unknown[] = [];
      const waiting: ((event: unknown) => void)[] = [];
      let rest = '';
      let ended = false;
      const end = (): void => {
        ended = true;
        for (const wake of waiting.splice(0)) wake(undefined);
      };
      response.on('data', (chunk: Buffer) => {
        const lines = (rest + chunk.toString()).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const event: unknown = JSON.parse(line);
          const wake = waiting.shift();
          if (wake) wake(event);
          else events.push(event);
        }
      });
      response.on('end', end);
      response.on('error', end);
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        next: () =>
          new Promise((wake) => {
            if (events.length > 0) wake(events.shift());
            else if (ended) wake(undefined);
            else waiting.push(wake);
          }),
        close: () => request.destroy(),
      });
    });
    request.on('error', reject);
    request.end();
  });
}

function tlsOptions(api: TestApi, { client = api.admin }: ApiRequestOptions): RequestOptions {
  return { ca: api.caPem, ...(client ? { cert: client.certificatePem, key: client.privateKeyPem } : {}) };
}

function prepare({ headers = {}, body }: ApiRequestOptions): {
  headers: Record<string, string>;
  body: string | Buffer | undefined;
} {
  if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) return { headers, body };
  return { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

function answer(status: number, headers: ApiAnswer['headers'], chunks: Buffer[]): ApiAnswer {
  const body = Buffer.concat(chunks);
  const text = body.toString();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Not every answer is JSON; a test that expects it fails on undefined.
  }
  return { status, headers, body, text, json };
}
