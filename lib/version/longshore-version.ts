import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

let known: string | undefined;

/** Longshore's own version, as in the package.json of the checkout or the installed package that this code is part of. */
export function longshoreVersion(): string {
  known ??= findVersion(dirname(fileURLToPath(import.meta.url)));
  return known;
}

/** Compiled code lies at one depth, a bundle at another: the nearest package.json above is the one. */
function findVersion(directory: string): string {
  try {
    return (JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { version: string }).version;
  } catch (thrown) {
    const parent = dirname(directory);
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT' || parent === directory) throw thrown;
    return findVersion(parent);
  }
}
