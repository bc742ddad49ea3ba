import { createServer } from 'node:net';

import { LongshoreError } from '../errors/errors.js';

/** The first `count` free TCP ports of 127.0.0.1 from `first` on, in order. */
export async function findFreePorts(first: number, count: number): Promise<number[]> {
  const found: number[] = [];
  for (let port = first; found.length < count; port++) {
    if (port > Math.min(65_535, first + 2_000)) {
      throw new LongshoreError('ResourceExhausted', `no ${count} free ports on 127.0.0.1 from ${first} on`);
    }
    if (await isFree(port)) found.push(port);
  }
  return found;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
