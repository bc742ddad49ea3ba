import type { Readable } from 'node:stream';
import { abortReason } from '../../../lib/clock/clock.js';

/**
 * An answer of the engine that is given up when `signal` aborts, before it comes or while
 * it is read. The signal is not handed to node:http: there an abort after the answer has
 * arrived but is not yet read fails the socket with nobody to hear it, which ends the
 * process (seen on Node 20.20).
 * @throws the signal's reason when it aborts before the answer comes; a reader of the stream sees a premature end
 */
export function abortableStream(answer: Promise<NodeJS.ReadableStream>, signal: AbortSignal): Promise<Readable> {
  return new Promise((resolve, reject) => {
    let stream: Readable | undefined;
    const onAbort = (): void => {
      if (stream) stream.destroy();
      else reject(abortReason(signal));
    };
    const leave = (): void => {
      signal.removeEventListener('abort', onAbort);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    answer.then(
      (arrived) => {
        stream = arrived as Readable;
        // Its reader hears of errors; without a reader they would end the process.
        stream.on('error', () => undefined);
        stream.once('close', leave);
        if (signal.aborted) stream.destroy();
        resolve(stream);
      },
      (thrown: unknown) => {
        leave();
        reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
      },
    );
  });
}
