import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The file or folder `relative` in the nearest folder above this code that has it. The same
 * question is answered from a checkout's sources, from its bundles in dist/ and from an
 * installed package, though the code that asks lies elsewhere in each of them.
 * @throws Error when no folder above has it: the installation is incomplete
 */
export function findAbove(relative: string): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, relative);
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) throw new Error(`no ${relative} in ${start} or above: the installation is incomplete`);
  }
}
