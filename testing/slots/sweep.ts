import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { systemClock } from '../../lib/clock/clock.js';
import { takeDown } from '../../lib/local-cluster/down.js';
import { ownerLives, writeOwner } from './owner.js';
import { possibleRoots, requireOwn } from './slots-root.js';

/** A claim is made in two steps; one that is half made so long after is nobody's. */
const claimMs = 60_000;
const staleSweepMs = 300_000;

/** Takes down what test runs have left that died together with their reapers. */
export async function sweepSlots(): Promise<void> {
  const roots = [...new Set(possibleRoots())];
  const entries = await Promise.all(
    roots.map(async (root) => (await namesIn(root)).map((entry) => ({ entry, dir: join(root, entry) }))),
  );
  for (const { entry, dir } of entries.flat()) {
    if (/^(docker|fake)-\d+$/.test(entry) && (await isLeft(dir)) && (await claimSweep(dir))) await clearSlot(dir, 'sweeper');
  }
}

async function namesIn(root: string): Promise<string[]> {
  try {
    await requireOwn(root);
    return await readdir(root);
  } catch {
    // There is none, or it is somebody else's.
    return [];
  }
}

/** Takes the slot's cluster down and gives the slot back. Safe to repeat. */
export async function clearSlot(dir: string, role: 'reaper' | 'sweeper'): Promise<void> {
  await writeOwner(dir, role);
  await takeDown({ dir: join(dir, 'cluster'), keepData: false }, { update: () => undefined, done: () => undefined });
  await rm(dir, { recursive: true, force: true });
}

/** Of several runs one sweeps a slot: another could delete what a third has claimed meanwhile. */
async function claimSweep(dir: string): Promise<boolean> {
  const claim = join(dir, 'sweep');
  try {
    await mkdir(claim);
    return true;
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') return false;
    if (code !== 'EEXIST') throw thrown;
    // The run that claimed it may have died over it.
    return systemClock.now() - (await stat(claim).catch(() => ({ mtimeMs: Infinity }))).mtimeMs > staleSweepMs;
  }
}

async function isLeft(dir: string): Promise<boolean> {
  try {
    const lives = await Promise.all((['owner', 'reaper', 'sweeper'] as const).map((role) => ownerLives(dir, role)));
    if (lives.includes(true)) return false;
    const unclaimed = lives[0] === undefined;
    return !unclaimed || systemClock.now() - (await stat(dir)).mtimeMs > claimMs;
  } catch {
    // It was given back, or written down, while it was looked at.
    return false;
  }
}
