import type { Duplex } from 'node:stream';

import { writeChunk } from './write-chunk.js';

/**
 * Connects two streams with each other until both directions have ended; each ends by itself.
 * @param onActivity called for every piece that goes either way
 * @throws what the stream failed with that broke first; the caller destroys both then
 */
export async function joinDuplex(a: Duplex, b: Duplex, onActivity: () => void = () => undefined): Promise<void> {
  await Promise.all([carry(a, b, onActivity), carry(b, a, onActivity)]);
}

async function carry(from: Duplex, to: Duplex, onActivity: () => void): Promise<void> {
  for await (const chunk of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    onActivity();
    await writeChunk(to, chunk);
  }
  await new Promise<void>((resolve, reject) => {
    to.end((error?: Error | null) => (error ? reject(error) : resolve()));
  });
}
