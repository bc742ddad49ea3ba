import { systemClock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { probeReady } from '../../lib/local-cluster/health.js';
import type { ProgressListener } from '../../lib/local-cluster/progress-listener.js';
import { lastLogLines } from './systemd.js';

export interface AwaitedService {
  readonly unit: string;
  readonly healthPort: number;
}

/**
 * Waits until each service says that it is ready.
 * @throws LongshoreError DeadlineExceeded with the reason and the end of the service's log
 */
export async function waitUntilReady(
  services: readonly AwaitedService[],
  timeoutMs: number,
  progress: ProgressListener,
): Promise<void> {
  const deadline = systemClock.monotonic() + timeoutMs;
  for (const { unit, healthPort } of services) {
    for (;;) {
      const problem = await probeReady(healthPort);
      if (problem === undefined) break;
      progress.update(`waiting for ${unit}: ${problem}`);
      if (systemClock.monotonic() > deadline)
        throw new LongshoreError(
          'DeadlineExceeded',
          `${unit} is not ready: ${problem}\n${await lastLogLines(unit, 5)}journalctl -u ${unit} has more; it goes on trying`,
        );
      await systemClock.sleep(200);
    }
  }
}
