import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { findAbove } from '../../lib/files/find-above.js';
import { writeOwner } from './owner.js';
import type { Slot } from './slot.js';

/** Outlives this process by as long as it takes to clean up after it. */
export interface Reaper {
  /** There is nothing left to do. */
  dismiss(): void;
}

/**
 * A shell in a session of its own that reads from a pipe which only this process holds. The
 * pipe's end is the end of this process, whatever killed it; the shell then becomes the program
 * that takes the slot's cluster down. Until then it costs a megabyte.
 */
const script = 'read -r word; [ "$word" = done ] || exec "$@"';

export async function startReaper(slot: Slot): Promise<Reaper> {
  const program = findAbove('dist/reaper/main.js');
  const child = spawn('/bin/sh', ['-c', script, 'longshore-reaper', process.execPath, program, slot.dir], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await once(child, 'spawn');
  if (child.pid !== undefined) await writeOwner(slot.dir, 'reaper', child.pid);
  child.unref();
  const { stdin } = child;
  // Neither keeps this process alive; that the reaper was killed is for the next run's sweep.
  (stdin as unknown as { unref(): void }).unref();
  stdin.on('error', () => undefined);
  return {
    dismiss: () => {
      stdin.end('done\n');
    },
  };
}
