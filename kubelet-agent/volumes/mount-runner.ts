import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { LongshoreError } from '../../lib/errors/errors.js';
import { parseMountPoints } from './mount-table.js';

const run = promisify(execFile);

/** Mounts, as the volumes need them. */
export interface Mounts {
  /** Mount points of this mount namespace, in mount order. */
  list(): Promise<string[]>;
  /** @param options.sizeBytes undefined: the kernel's default, half of the memory */
  mountTmpfs(
    directory: string,
    options: { sizeBytes?: number | undefined; mode: number; gid?: number | undefined },
  ): Promise<void>;
  unmount(mountPoint: string): Promise<void>;
}

/** mount(8) and umount(8). Needs root. */
export const mountRunner: Mounts = {
  list: async () => parseMountPoints(await readFile('/proc/self/mountinfo', 'utf8')),
  mountTmpfs: async (directory, { sizeBytes, mode, gid }) => {
    const options = [`mode=${mode.toString(8)}`, 'nosuid', 'nodev'];
    if (gid !== undefined) options.push(`gid=${gid}`);
    if (sizeBytes !== undefined) options.push(`size=${sizeBytes}`);
    await command('mount', ['-t', 'tmpfs', '-o', options.join(','), 'tmpfs', directory]);
  },
  unmount: (mountPoint) => command('umount', [mountPoint]),
};

async function command(program: string, args: readonly string[]): Promise<void> {
  try {
    await run(program, args);
  } catch (thrown) {
    const stderr = typeof thrown === 'object' && thrown !== null && 'stderr' in thrown ? String(thrown.stderr).trim() : '';
    throw new LongshoreError('Internal', `${program} failed: ${stderr || String(thrown)}`, { cause: thrown });
  }
}
