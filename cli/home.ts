import { dirname } from 'node:path';

import { findAbove } from '../lib/files/find-above.js';

/** The checkout or the installed package. */
export const home = dirname(findAbove('package.json'));
