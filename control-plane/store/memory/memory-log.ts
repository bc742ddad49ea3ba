import type { DurableLog, LoadedState } from '../core/durable-log.js';

/** Keeps nothing: the store's own memory is all there is, and it ends with the process. */
export class MemoryLog implements DurableLog {
  async load(): Promise<LoadedState> {
    return { revision: 0, entries: [], history: [] };
  }

  async append(): Promise<void> {
    // Durable as far as this driver goes.
  }

  async close(): Promise<void> {
    // Nothing was opened.
  }
}
