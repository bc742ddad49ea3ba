import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { findAbove } from '../../lib/files/find-above.js';

const run = promisify(execFile);

/** Built programs of one revision. */
export interface Checkout {
  /** What it is called in the table. */
  name: string;
  root: string;
}

/** The programs of this checkout, which scripts/prepare.sh has built. */
export const thisCheckout: Checkout = { name: 'now', root: dirname(findAbove('package.json')) };

/** Another revision, built in a worktree of its own, which goes with it. It uses this checkout's dependencies. */
export async function checkOut(revision: string): Promise<Checkout & AsyncDisposable> {
  const root = await mkdtemp(join(tmpdir(), 'longshore-bench-'));
  const git = (...args: string[]): Promise<unknown> => run('git', ['-C', thisCheckout.root, ...args]);
  await git('worktree', 'add', '--detach', root, revision);
  const remove = async (): Promise<void> => {
    await git('worktree', 'remove', '--force', root);
    await rm(root, { recursive: true, force: true });
  };
  try {
    await symlink(join(thisCheckout.root, 'node_modules'), join(root, 'node_modules'));
    await run('npm', ['run', '--silent', 'build'], { cwd: root, maxBuffer: 16 * 1024 * 1024 });
  } catch (thrown) {
    await remove();
    throw thrown;
  }
  return { name: revision, root, [Symbol.asyncDispose]: remove };
}
