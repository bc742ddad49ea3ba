import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { exists } from '../../../lib/files/exists.js';
import type { StoreSnapshot } from '../store.js';
import { decodeEntry, encodeEntry } from './encoding.js';
import { openEnvironment } from './environment.js';
import { isAlive } from './owner.js';

/**
 * What the store in directory `path` holds, as of one revision. The process that owns the
 * store goes on meanwhile and keeps it.
 * @returns undefined when there is no store
 */
export async function readStoreSnapshot(path: string): Promise<StoreSnapshot | undefined> {
  if (!(await holdsStore(path))) return undefined;
  const { root, entries, meta } = openEnvironment(path, { readOnly: true });
  // One read transaction: lmdb shows it the state of its start, whatever is written since.
  const transaction = root.useReadTransaction();
  try {
    return {
      revision: meta.get('revision', { transaction }) ?? 0,
      entries: [...entries.getRange({ transaction }).map(({ key, value }) => decodeEntry(key, value))],
    };
  } finally {
    transaction.done();
    await root.close();
  }
}

/** Makes a store of `snapshot` in directory `path`, which has none: without history and without an owner. Durable when it resolves. */
export async function writeStoreSnapshot(path: string, { revision, entries }: StoreSnapshot): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const files = openEnvironment(path);
  await files.root.transaction(() => {
    for (const entry of entries) void files.entries.put(entry.key, encodeEntry(entry));
    void files.meta.put('revision', revision);
  });
  await files.root.flushed;
  await files.root.close();
}

/** The process that has the store in directory `path` open, as far as it can be seen from here. */
export async function findStoreHolder(path: string): Promise<number | undefined> {
  if (!(await holdsStore(path))) return undefined;
  const { root, owner } = openEnvironment(path, { readOnly: true });
  const found = owner.get('owner');
  await root.close();
  return found?.holds && isAlive(found) ? found.pid : undefined;
}

function holdsStore(path: string): Promise<boolean> {
  return exists(join(path, 'data.mdb'));
}
