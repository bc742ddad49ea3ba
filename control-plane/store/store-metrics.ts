import { Gauge, type Registry } from 'prom-client';

import type { Store, StoreStats } from './store.js';

const help: Record<keyof StoreStats, [name: string, help: string]> = {
  keys: ['longshore_store_keys', 'Keys in the store: objects, claims and leases.'],
  valueBytes: ['longshore_store_value_bytes', 'Bytes of their values, without history.'],
  watches: ['longshore_store_watches', 'Watches of the store that are open.'],
  historyChanges: ['longshore_store_history_changes', 'Changes that reads at older revisions and watches can go back to.'],
};

/** Revision and size of the store, read when they are asked for. Call once a registry. */
export function registerStoreMetrics(registry: Registry, store: Pick<Store, 'revision' | 'stats'>): void {
  const registers = [registry];
  new Gauge({
    name: 'longshore_store_revision',
    help: 'The newest durable revision.',
    registers,
    collect() {
      this.set(store.revision());
    },
  });
  for (const key of Object.keys(help) as (keyof StoreStats)[]) {
    const [name, text] = help[key];
    new Gauge({
      name,
      help: text,
      registers,
      collect() {
        this.set(store.stats()[key]);
      },
    });
  }
}
