import type { Clock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { Logger } from '../../lib/log/logger.js';
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

export async function openStore(options: OpenStoreOptions): Promise<Store> {
  const { driver, history, log } = options;
  if (driver !== 'memory') throw new LongshoreError('InvalidArgument', `unknown store driver ${driver}`);
  return RevisionedStore.open({ durableLog: new MemoryLog(), log, ...(history && { history }) });
}
