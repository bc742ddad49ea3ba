import { backoffDelay } from '../../lib/async/backoff.js';
import type { Clock } from '../../lib/clock/clock.js';
import { isError, LongshoreError } from '../../lib/errors/errors.js';
import type { Logger } from '../../lib/log/logger.js';

/** A stream that held so long worked: the next failure is a first one. */
const healthyMs = 10_000;

/**
 * Opens a stream again whenever it ends, after at most 2 s, until `signal` aborts.
 * @throws LongshoreError when the session is over: fenced, or refused
 */
export async function retryStream(
  name: string,
  follow: (signal: AbortSignal) => Promise<void>,
  ports: { clock: Clock; log: Logger },
  signal: AbortSignal,
): Promise<void> {
  const { clock, log } = ports;
  for (let failures = 0; !signal.aborted;) {
    const startedMs = clock.monotonic();
    try {
      await follow(signal);
      if (signal.aborted) return;
      log.debug('stream ended, opening it again', { stream: name });
    } catch (thrown) {
      if (signal.aborted) return;
      const error = LongshoreError.from(thrown);
      if (isError(error, 'FailedPrecondition', 'PermissionDenied', 'Unauthenticated')) throw error;
      log.debug('stream broke, opening it again', { stream: name, error });
    }
    failures = clock.monotonic() - startedMs >= healthyMs ? 1 : failures + 1;
    await clock.sleep(backoffDelay(failures, { initialMs: 100, maxMs: 2_000 }), signal).catch(() => undefined);
  }
}
