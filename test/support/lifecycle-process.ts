import { createMetrics, startHealthServer } from '../../lib/lifecycle/health-server.js';
import { runProcess } from '../../lib/lifecycle/run-process.js';
import { supervise } from '../../lib/lifecycle/supervise.js';
import { systemClock } from '../../lib/clock/clock.js';
import { createLogger } from '../../lib/log/logger.js';

/**
 * A process for test/integration/lifecycle.test.ts, framed as the real ones are. Its first
 * argument says how it behaves; it prints `ready <health port>`, and `drained` at an orderly end.
 */
const behaviour = process.argv[2];
const log = createLogger({ component: 'lifecycle-test' });
const untilAborted = (signal: AbortSignal): Promise<void> => systemClock.sleep(60_000, signal).catch(() => undefined);

await runProcess(
  async (signal) => {
    const health = await startHealthServer({
      host: '127.0.0.1',
      port: 0,
      ready: [
        { name: 'good', check: () => undefined },
        { name: 'late', check: () => (behaviour === 'unready' ? 'still starting' : undefined) },
      ],
      metrics: createMetrics('lifecycle-test'),
    });
    console.log(`ready ${health.port}`);
    if (behaviour === 'throws') throw new Error('broken from the start');
    if (behaviour === 'rejects') void Promise.reject(new Error('nobody caught this'));
    const failing = {
      name: 'failing',
      run: async (stop: AbortSignal) => {
        if (behaviour === 'task-fails') throw new Error('a task broke');
        if (behaviour === 'task-ends') return;
        await untilAborted(stop);
      },
    };
    const other = {
      name: 'other',
      run: async (stop: AbortSignal) => {
        await untilAborted(stop);
        if (behaviour === 'hangs') await systemClock.sleep(60_000);
        await systemClock.sleep(100);
        console.log('drained');
      },
    };
    await supervise([failing, other], { signal, log });
    await health.close();
  },
  { log, drainMs: 2_000 },
);
