import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout or the installed package: the command runs from dist/cli. */
export const home = fileURLToPath(new URL('../..', import.meta.url));

/** Longshore's own version, as in package.json. */
export function readVersion(): string {
  return (JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string }).version;
}
