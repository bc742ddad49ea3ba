import { systemClock } from '../clock/clock.js';
import { LongshoreError } from '../errors/errors.js';
import { exitCodeOf } from '../errors/exit-codes.js';
import type { Logger } from '../log/logger.js';
import { keepCodeCache } from './keep-code-cache.js';
import { onReleased, reportFailure } from './supervised-process.js';

/** By then a program has started, and compiled what a start needs. */
const startedMs = 5_000;

/**
 * The frame of a process: `main` runs until SIGTERM or SIGINT aborts its signal, then has
 * `drainMs` to finish; a second signal or the deadline exits at once with status 1.
 * A throw of `main` is logged, told to the supervisor if there is one, and exits with
 * the status of {@link exitCodeOf}. A supervised process also ends when its supervisor lets it
 * go or dies.
 * @param options.drainMs default 10 s
 * @param options.report in place of the line in the log when `main` throws
 */
export async function runProcess(
  main: (signal: AbortSignal) => Promise<void>,
  options: { log: Logger; drainMs?: number; report?: (thrown: unknown) => void },
): Promise<never> {
  const { log, drainMs = 10_000 } = options;
  const report = options.report ?? ((thrown) => log.error('process failed', { error: thrown }));
  const stop = new AbortController();
  let signalled = false;
  const begin = (reason: string): void => {
    if (stop.signal.aborted) return;
    log.info('stopping', { reason, drainMs });
    stop.abort();
    systemClock.after(drainMs, () => {
      log.error('did not stop in time, exiting', { drainMs });
      process.exit(1);
    });
  };
  const onSignal = (name: NodeJS.Signals): void => {
    if (signalled) {
      log.warn('second signal, exiting at once', { signal: name });
      process.exit(1);
    }
    signalled = true;
    begin(name);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  onReleased(() => {
    begin('let go by the supervisor, or it died');
  });
  process.on('unhandledRejection', (reason) => {
    log.error('unhandled rejection, exiting', { error: reason });
    process.exit(1);
  });
  const cancelKeeping = systemClock.after(startedMs, keepCodeCache);
  try {
    await main(stop.signal);
  } catch (thrown) {
    if (!stop.signal.aborted) {
      report(thrown);
      await reportFailure(thrown);
      process.exit(exitCodeOf(LongshoreError.from(thrown).code));
    }
  }
  cancelKeeping();
  keepCodeCache();
  log.info('stopped');
  process.exit(0);
}
