import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

/**
 * The parts of a request and a response that HTTP/1.1 and HTTP/2 have in common; what
 * node:http and node:http2's compatibility layer hand out satisfies both.
 */
export interface ApiRequest extends Readable {
  readonly method?: string;
  readonly url?: string;
  readonly headers: IncomingHttpHeaders;
  readonly httpVersionMajor: number;
}

export interface ApiResponse {
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  writeHead(status: number, headers?: Record<string, string>): unknown;
  flushHeaders(): void;
  write(chunk: Uint8Array | string): boolean;
  end(chunk?: Uint8Array | string): unknown;
  /** Cuts the stream off; the client sees that the answer is incomplete. */
  destroy(error?: Error): unknown;
  once(event: 'drain' | 'close' | 'finish', listener: () => void): unknown;
  removeListener(event: 'drain' | 'close' | 'finish', listener: () => void): unknown;
}
