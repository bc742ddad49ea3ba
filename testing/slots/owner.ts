import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { readFileIfExists } from '../../lib/files/read-file-if-exists.js';

/** A process for good: its number may be another's later, number and start together may not. */
interface ProcessIdentity {
  pid: number;
  /** In the kernel's ticks since boot. */
  start: string;
}

const fileOf = (dir: string, role: Role): string => join(dir, `${role}.json`);
type Role = 'owner' | 'reaper' | 'sweeper';

/** Writes down that a process (default: this one) has to do with the slot. */
export async function writeOwner(dir: string, role: Role = 'owner', pid = process.pid): Promise<void> {
  const identity: ProcessIdentity = { pid, start: (await startOf(pid)) ?? '' };
  await writeFile(fileOf(dir, role), JSON.stringify(identity));
}

/** @returns undefined when nobody of that role is written down */
export async function ownerLives(dir: string, role: Role): Promise<boolean | undefined> {
  const text = await readFileIfExists(fileOf(dir, role));
  if (text === undefined) return undefined;
  const { pid, start } = JSON.parse(text) as ProcessIdentity;
  return (await startOf(pid)) === start;
}

/** Undefined when there is no such process. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    // It has ended.
    return undefined;
  }
}
