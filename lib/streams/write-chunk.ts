import type { Writable } from 'node:stream';

/**
 * Writes one chunk; resolves once the stream has passed it on, so that whoever awaits it
 * writes no faster than is taken.
 * @throws what the stream failed with, also when it is destroyed before
 */
export function writeChunk(stream: Writable, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(chunk, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
