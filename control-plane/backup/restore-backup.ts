import { chown, lstat, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { Clock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { syncDirectory } from '../../lib/files/sync-directory.js';
import { writeFileAtomic } from '../../lib/files/write-file-atomic.js';
import { findStoreHolder, writeStoreSnapshot } from '../store/lmdb/snapshot-files.js';
import type { StoreSnapshot } from '../store/store.js';
import { type Manifest, type Parts, unpackArchive } from './archive.js';
import { clusterIdOfAuthority, presentState, unfinishedName } from './data-directory.js';
import { restoredSnapshot } from './restored-snapshot.js';
import { decodeStoreDump } from './store-dump.js';

export interface RestoreOptions {
  dataDir: string;
  file: string;
  /** Move what is there aside, instead of refusing to touch it. */
  force: boolean;
  clock: Clock;
}

/** Where a backup is unpacked; of no meaning to anybody else. */
const stagingName = 'restore-staging';
const requiredParts = ['store.jsonl', 'pki/ca.crt', 'pki/ca.key', 'pki/service-account.key'];

/**
 * Puts a backup into a data directory: everything is verified, then unpacked beside its
 * place, then moved there part by part. One that is cut off may be run again, and until
 * then no control plane starts there.
 * @returns what was done, for people
 * @throws LongshoreError InvalidArgument when the file is not a whole backup; FailedPrecondition when a control
 *   plane runs there, or when something is there and `force` is false
 */
export async function restoreBackup({ dataDir, file, force, clock }: RestoreOptions): Promise<string> {
  const { manifest, parts, snapshot } = await readBackup(file);
  const present = await presentState(dataDir);
  await refuseRunning(dataDir);
  if (present.length > 0 && !force) {
    throw new LongshoreError(
      'FailedPrecondition',
      `${dataDir} is not empty, it has ${present.join(', ')}: give --force to move that aside first`,
    );
  }
  const nowMs = clock.now();
  const restored = restoredSnapshot(snapshot, nowMs - Date.parse(manifest.createdAt));
  await stage(dataDir, parts, restored);
  // Unpacking takes a while: one that was started meanwhile is not to lose its files.
  await refuseRunning(dataDir);
  const aside = join(dataDir, `before-restore-${new Date(nowMs).toISOString().replaceAll(':', '')}`);
  await moveIntoPlace(dataDir, aside);
  const { length } = restored.entries;
  const kept = present.length > 0 ? `; what was there before is in ${aside}` : '';
  return `${dataDir}: cluster ${manifest.clusterId} as of ${manifest.createdAt}, ${length} entries, at revision ${restored.revision}${kept}`;
}

async function readBackup(file: string): Promise<{ manifest: Manifest; parts: Parts; snapshot: StoreSnapshot }> {
  const { manifest, parts } = await unpackArchive(await readArchive(file));
  const missing = requiredParts.filter((name) => !parts.has(name));
  if (missing.length > 0)
    throw new LongshoreError('InvalidArgument', `the backup cannot be used: it has no ${missing.join(', ')}`);
  const found = clusterIdOfAuthority(partOf(parts, 'pki/ca.crt'));
  if (found !== manifest.clusterId)
    throw new LongshoreError(
      'InvalidArgument',
      `the backup cannot be used: its CA is of cluster ${found}, its manifest of ${manifest.clusterId}`,
    );
  return { manifest, parts, snapshot: decodeStoreDump(partOf(parts, 'store.jsonl')) };
}

async function readArchive(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (thrown) {
    throw new LongshoreError('InvalidArgument', `${file} cannot be read: ${(thrown as Error).message}`, { cause: thrown });
  }
}

function partOf(parts: Parts, name: string): Buffer {
  const part = parts.get(name);
  if (!part) throw new LongshoreError('Internal', `the backup has no ${name}`);
  return part;
}

async function refuseRunning(dataDir: string): Promise<void> {
  const pid = await findStoreHolder(join(dataDir, 'store'));
  if (pid === undefined) return;
  throw new LongshoreError(
    'FailedPrecondition',
    `a control plane runs on ${dataDir} (process ${pid}): stop it first, for example with "systemctl stop longshore-control-plane"`,
  );
}

/** Lays everything out in the staging directory, durable, for the owner of the data directory. */
async function stage(dataDir: string, parts: Parts, snapshot: StoreSnapshot): Promise<void> {
  const staging = join(dataDir, stagingName);
  for (const name of [stagingName, unfinishedName]) await rm(join(dataDir, name), { recursive: true, force: true });
  await mkdir(staging, { recursive: true, mode: 0o700 });
  await writeStoreSnapshot(join(staging, 'store'), snapshot);
  for (const [name, content] of parts) if (name !== 'store.jsonl') await writeFileAtomic(join(staging, name), content);
  if (process.getuid?.() === 0) await giveTo(staging, await stat(dataDir));
}

async function giveTo(path: string, owner: { uid: number; gid: number }): Promise<void> {
  await chown(path, owner.uid, owner.gid);
  if (!(await lstat(path)).isDirectory()) return;
  for (const name of await readdir(path)) await giveTo(join(path, name), owner);
}

/**
 * From the first rename to the last removal the directory says that the work is not done.
 * What was there goes to `aside`.
 */
async function moveIntoPlace(dataDir: string, aside: string): Promise<void> {
  const unfinished = join(dataDir, unfinishedName);
  await rename(join(dataDir, stagingName), unfinished);
  await syncDirectory(dataDir);
  for (const name of await presentState(dataDir)) {
    await mkdir(aside, { recursive: true, mode: 0o700 });
    await rename(join(dataDir, name), join(aside, name));
  }
  for (const name of await presentState(unfinished)) await rename(join(unfinished, name), join(dataDir, name));
  await syncDirectory(dataDir);
  await rm(unfinished, { recursive: true });
  await syncDirectory(dataDir);
}
