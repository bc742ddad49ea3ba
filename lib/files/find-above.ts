import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The first of `relatives` that is a file or folder in the nearest folder above this code. The same
 * question is answered from a checkout's sources, from its bundles in dist/ and from an
 * installed package, though the code that asks lies elsewhere in each of them.
 * @throws Error when no folder above has it: the installation is incomplete
 */
export function findAbove(...relatives: string[]): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = dirname(folder)) {
    const found = relatives.map((relative) => join(folder, relative)).find((candidate) => existsSync(candidate));
    if (found !== undefined) return found;
    if (dirname(folder) === folder)
      throw new Error(`no ${relatives.join(' or ')} in ${start} or above: the installation is incomplete`);
  }
}

/** A file or folder of a dependency: in node_modules, or where the build puts it beside the bundles (scripts/bundle.js). */
export function findInDependency(name: string, relative: string): string {
  return findAbove(join('third-party', name, relative), join('node_modules', name, relative));
}
