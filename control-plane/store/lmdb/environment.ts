import { open, type Database, type RootDatabase } from 'lmdb';

import type { Owner } from './owner.js';

export interface OwnerRecord extends Owner {
  /** False once it has closed the store in order. */
  readonly holds: boolean;
}

/**
 * The store's files, one lmdb environment:
 *
 *   entries   key -> entry          the newest state
 *   undo      revision -> record    the history: what each batch replaced
 *   meta      'revision' -> number  of the newest batch
 *   owner     'owner' -> process    versioned by a number of its own for every opening
 */
export interface Environment {
  readonly root: RootDatabase<Buffer, string>;
  readonly entries: Database<Buffer, string>;
  readonly undo: Database<Buffer, number>;
  readonly meta: Database<number, string>;
  readonly owner: Database<OwnerRecord, string>;
}

/**
 * Opens the files in directory `path`, which exists.
 * @param options.readOnly beside a process that writes: takes nothing from it, and makes no files. @throws when there are none
 */
export function openEnvironment(path: string, options: { readOnly?: boolean } = {}): Environment {
  const root = open<Buffer, string>({
    path,
    noSubdir: false,
    // Without overlapping sync, a commit has reached the disk when it resolves.
    overlappingSync: false,
    encoding: 'binary',
    maxDbs: 8,
    readOnly: options.readOnly ?? false,
  });
  return {
    root,
    entries: root.openDB<Buffer, string>({ name: 'entries', encoding: 'binary' }),
    undo: root.openDB<Buffer, number>({ name: 'undo', encoding: 'binary' }),
    meta: root.openDB<number, string>({ name: 'meta', encoding: 'json' }),
    owner: root.openDB<OwnerRecord, string>({ name: 'owner', encoding: 'json', useVersions: true }),
  };
}
