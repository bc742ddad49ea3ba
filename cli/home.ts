import { fileURLToPath } from 'node:url';

/** The checkout or the installed package: the command runs from dist/cli. */
export const home = fileURLToPath(new URL('../..', import.meta.url));
