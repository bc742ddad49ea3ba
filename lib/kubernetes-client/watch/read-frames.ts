import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';

/** An event of a watch as the server sends it. */
export interface Frame<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: T;
}

/** The events of a watch's answer, until it ends. A connection that breaks is an end: the watch goes on elsewhere. */
export async function* readFrames<T>(response: IncomingMessage): AsyncGenerator<Frame<T>, void, undefined> {
  const lines = createInterface({ input: response, crlfDelay: Infinity });
  // readline does not hear of its input's errors; an end of the lines is all that matters here.
  response.once('error', () => lines.close());
  response.once('aborted', () => lines.close());
  try {
    for await (const line of lines) if (line !== '') yield JSON.parse(line) as Frame<T>;
  } finally {
    response.destroy();
  }
}
