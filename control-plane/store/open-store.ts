import type { Clock } from '../../lib/clock/clock.js';
import type { Logger } from '../../lib/log/logger.js';
import type { DurableLog } from './core/durable-log.js';
import type { HistoryLimits } from './core/history.js';
import { RevisionedStore } from './core/revisioned-store.js';
import { MemoryLog } from './memory/memory-log.js';
import type { Store } from './store.js';

export type StoreDriver = 'lmdb' | 'memory';

export interface OpenStoreOptions {
  readonly driver: StoreDriver;
  /** Directory of the driver's files; made if it does not exist. Not used by memory. */
  readonly path: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Default: 10,000 changes and 64 MiB. */
  readonly history?: Partial<HistoryLimits>;
}

/**
 * Opens the store, or makes an empty one.
 * @throws LongshoreError FailedPrecondition when another process has it open
 */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  const { history, log } = options;
  const durableLog = await openDriver(options);
  try {
    return await RevisionedStore.open({ durableLog, log, ...(history && { history }) });
  } catch (thrown) {
    await durableLog.close();
    throw thrown;
  }
}

async function openDriver({ driver, path, clock, log }: OpenStoreOptions): Promise<DurableLog> {
  switch (driver) {
    case 'memory':
      return new MemoryLog();
    case 'lmdb':
      // Loaded where it is used: its native part is megabytes.
      return (await import('./lmdb/lmdb-log.js')).LmdbLog.open({ path, clock, log });
  }
}
