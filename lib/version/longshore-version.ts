import { readFileSync } from 'node:fs';

import { findAbove } from '../files/find-above.js';

let known: string | undefined;

/** Longshore's own version, as in the package.json of the checkout or the installed package that this code is part of. */
export function longshoreVersion(): string {
  known ??= (JSON.parse(readFileSync(findAbove('package.json'), 'utf8')) as { version: string }).version;
  return known;
}
