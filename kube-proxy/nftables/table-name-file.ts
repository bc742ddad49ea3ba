import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { readFileIfExists } from '../../lib/files/read-file-if-exists.js';
import { writeFileAtomic } from '../../lib/files/write-file-atomic.js';

/**
 * Under which name a proxy leaves things in the kernel: written before the first of them, so
 * that cleanup finds them whatever became of the cluster.
 */
export class TableNameFile {
  readonly #path: string;

  constructor(options: { stateDir: string }) {
    this.#path = join(options.stateDir, 'table-name');
  }

  /** Undefined when nothing was left. */
  async load(): Promise<string | undefined> {
    return (await readFileIfExists(this.#path))?.trim();
  }

  async save(table: string): Promise<void> {
    await writeFileAtomic(this.#path, `${table}\n`);
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}
