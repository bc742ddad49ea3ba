import { access, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

import { defineCheck, failure, ok, type Verdict, warning } from '../check.js';
import type { DoctorContext } from '../context.js';

const gibibyte = 1024 ** 3;

export interface DiskReading {
  /** A folder that Longshore or the engine writes to, and for what. */
  readonly path: string;
  readonly purpose: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly freeInodes: number;
  /** 0 for file systems that make them as they go. */
  readonly totalInodes: number;
}

export function judgeDisks(disks: readonly DiskReading[]): Verdict[] {
  return disks.map(judgeDisk);
}

function judgeDisk({ path, purpose, freeBytes, totalBytes, freeInodes, totalInodes }: DiskReading): Verdict {
  const words = `${path} (${purpose}): ${(freeBytes / gibibyte).toFixed(1)} GiB free`;
  const fix = `df -h ${path}; docker system prune frees what no container uses`;
  if (freeBytes < gibibyte) return failure(words, fix);
  const inodeShare = totalInodes === 0 ? 1 : freeInodes / totalInodes;
  if (inodeShare < 0.01)
    return failure(`${path} (${purpose}): no inodes left`, `df -i ${path}; find the folder with many small files`);
  if (freeBytes < 5 * gibibyte && freeBytes < totalBytes / 4) return warning(words, fix);
  if (inodeShare < 0.05)
    return warning(
      `${path} (${purpose}): ${Math.floor(inodeShare * 100)} % of the inodes free`,
      `df -i ${path}; find the folder with many small files`,
    );
  return ok(words);
}

async function readDisks({ roles, dataDir, stateDir, engine }: DoctorContext): Promise<DiskReading[]> {
  const answer = await engine();
  const folders = [
    ...(roles.includes('server') ? [{ path: dataDir, purpose: 'state of the control plane' }] : []),
    ...(roles.includes('agent') ? [{ path: stateDir, purpose: 'state of the agents' }] : []),
    ...(roles.includes('agent') && answer.answers ? [{ path: answer.info.DockerRootDir, purpose: 'images and containers' }] : []),
  ];
  return Promise.all(
    folders.map(async ({ path, purpose }) => {
      const there = await nearestFolder(path);
      const { bavail, blocks, bsize, ffree, files } = await statfs(there);
      return {
        path: there,
        purpose,
        freeBytes: bavail * bsize,
        totalBytes: blocks * bsize,
        freeInodes: ffree,
        totalInodes: files,
      };
    }),
  );
}

/** The folder itself, or the one above in which it would be made. */
async function nearestFolder(path: string): Promise<string> {
  try {
    await access(path);
    return path;
  } catch (thrown) {
    if (path === '/') throw thrown;
    return nearestFolder(dirname(path));
  }
}

export const diskCheck = defineCheck({ name: 'disk', roles: ['server', 'agent'], read: readDisks, judge: judgeDisks });
