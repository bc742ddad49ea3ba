import { linkedController } from '../async/signals.js';
import type { Logger } from '../log/logger.js';

export interface Task {
  name: string;
  /** Long-lived: returns only once `signal` aborts. A throw is a broken invariant and ends the process. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Runs `tasks` side by side until `signal` aborts or one of them ends. When one ends early
 * the others are stopped and its error is thrown: a component crashes, it does not limp.
 */
export async function supervise(tasks: readonly Task[], options: { signal: AbortSignal; log: Logger }): Promise<void> {
  using group = linkedController(options.signal);
  let failure: Error | undefined;
  await Promise.all(
    tasks.map(async (task) => {
      try {
        await task.run(group.signal);
        if (!group.signal.aborted) throw new Error(`task ${task.name} ended by itself`);
      } catch (thrown) {
        if (group.signal.aborted) return;
        failure = thrown instanceof Error ? thrown : new Error(String(thrown));
        options.log.error('task failed, stopping the process', { task: task.name, error: failure });
        group.abort();
      }
    }),
  );
  if (failure) throw failure;
}
