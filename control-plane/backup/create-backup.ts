import { join, resolve } from 'node:path';

import type { Clock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { writeFileAtomic } from '../../lib/files/write-file-atomic.js';
import { readStoreSnapshot } from '../store/lmdb/snapshot-files.js';
import { packArchive } from './archive.js';
import { clusterIdOfAuthority, readCredentials, refuseUnfinishedRestore } from './data-directory.js';
import { encodeStoreDump } from './store-dump.js';

export interface BackupOptions {
  dataDir: string;
  /** Replaced as a whole; mode 0600, since it holds the CA's key and every Secret. */
  file: string;
  /** Longshore's own. */
  version: string;
  clock: Clock;
}

/**
 * Writes the control plane's state as of one revision into one file; the control plane may run meanwhile.
 * @returns what was done, for people
 * @throws LongshoreError NotFound when there is no store
 */
export async function createBackup({ dataDir, file, version, clock }: BackupOptions): Promise<string> {
  await refuseUnfinishedRestore(dataDir);
  const snapshot = await readStoreSnapshot(join(dataDir, 'store'));
  if (!snapshot) throw new LongshoreError('NotFound', `there is no store in ${dataDir}: is --data-dir right?`);
  const credentials = await readCredentials(dataDir);
  const authority = credentials.get('pki/ca.crt');
  if (!authority) throw new LongshoreError('NotFound', `there is no ${join(dataDir, 'pki', 'ca.crt')}: is --data-dir right?`);
  const clusterId = clusterIdOfAuthority(authority);
  const archive = await packArchive(
    {
      longshoreVersion: version,
      clusterId,
      revision: snapshot.revision,
      createdAt: new Date(clock.now()).toISOString(),
    },
    new Map([['store.jsonl', encodeStoreDump(snapshot)], ...credentials]),
  );
  // An absolute path: the directory that holds the file is made durable too.
  await writeFileAtomic(resolve(file), archive);
  return `${file}: cluster ${clusterId} at revision ${snapshot.revision}, ${snapshot.entries.length} entries, ${archive.byteLength} bytes`;
}
