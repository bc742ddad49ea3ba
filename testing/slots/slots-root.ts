import { stat, statfs } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

import { LongshoreError } from '../../lib/errors/errors.js';

const inMemory = '/dev/shm';
/** In a container the memory file system may have 64 MiB, which a long test would fill. */
const roomyBytes = 512 * 2 ** 20;

/**
 * Where this user's slots are, one folder for all of the test runs. Fake clusters live in
 * memory where there is room: what they write need not survive the machine, and a disk that
 * is busy makes every acknowledged write slow.
 */
export async function slotsRoot(runtime: 'docker' | 'fake'): Promise<string> {
  const [first = '', memory = '', disk = ''] = possibleRoots();
  if (runtime === 'docker') return first;
  return (await hasRoom()) ? memory : disk;
}

/** Every folder that may hold slots: what a run has left lies where it was then, not where it would be now. */
export function possibleRoots(env: NodeJS.ProcessEnv = process.env): string[] {
  const chosen = env.LONGSHORE_TESTING_DIR;
  if (chosen) return [chosen, chosen, chosen];
  const { uid } = userInfo();
  const own = `longshore-testing-${uid}`;
  const disk = join(tmpdir(), own);
  return [uid === 0 ? '/var/lib/longshore/testing' : disk, join(inMemory, own), disk];
}

/** A folder in /tmp may have been put there by somebody else, to read what is in it. @throws LongshoreError PermissionDenied */
export async function requireOwn(root: string): Promise<void> {
  const { uid } = await stat(root);
  if (uid === userInfo().uid) return;
  throw new LongshoreError('PermissionDenied', `${root} belongs to another user: remove it, or set LONGSHORE_TESTING_DIR`);
}

async function hasRoom(): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(inMemory);
    return bavail * bsize >= roomyBytes;
  } catch {
    // This system has none.
    return false;
  }
}
