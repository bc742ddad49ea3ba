import { systemClock } from '../clock/clock.js';
import type { Logger } from '../log/logger.js';
import { keepCodeCache } from './keep-code-cache.js';

/** By then a program has started, and compiled what a start needs. */
const startedMs = 5_000;

/**
 * The frame of a process: `main` runs until SIGTERM or SIGINT aborts its signal, then has
 * `drainMs` to finish; a second signal or the deadline exits at once with status 1.
 * A throw of `main` is logged and exits with status 1.
 * @param options.drainMs default 10 s
 */
export async function runProcess(
  main: (signal: AbortSignal) => Promise<void>,
  options: { log: Logger; drainMs?: number },
): Promise<never> {
  const { log, drainMs = 10_000 } = options;
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (stop.signal.aborted) {
      log.warn('second signal, exiting at once', { signal: name });
      process.exit(1);
    }
    log.info('stopping', { signal: name, drainMs });
    stop.abort();
    systemClock.after(drainMs, () => {
      log.error('did not stop in time, exiting', { drainMs });
      process.exit(1);
    });
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  process.on('unhandledRejection', (reason) => {
    log.error('unhandled rejection, exiting', { error: reason });
    process.exit(1);
  });
  const cancelKeeping = systemClock.after(startedMs, keepCodeCache);
  try {
    await main(stop.signal);
  } catch (thrown) {
    if (!stop.signal.aborted) {
      log.error('process failed', { error: thrown });
      process.exit(1);
    }
  }
  cancelKeeping();
  keepCodeCache();
  log.info('stopped');
  process.exit(0);
}
