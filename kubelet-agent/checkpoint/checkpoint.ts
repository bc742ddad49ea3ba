import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { writeFileAtomic } from '../../lib/files/write-file-atomic.js';
import type { Logger } from '../../lib/log/logger.js';

/**
 * A file for each key in one directory, so that the next process finds what this one knew.
 * Writes happen behind the caller, one at a time, the newest value of a key only; a file
 * is always whole. Files have mode 0600: assignments hold secrets.
 */
export class Checkpoint<T> {
  readonly #dir: string;
  readonly #suffix: string;
  readonly #encode: (value: T) => Uint8Array | string;
  readonly #decode: (content: Buffer) => T;
  readonly #log: Logger;
  /** Undefined: to be removed. */
  readonly #dirty = new Map<string, T | undefined>();
  #writing: Promise<void> | undefined;

  constructor(options: {
    dir: string;
    /** With its dot, for example ".json". */
    suffix: string;
    encode: (value: T) => Uint8Array | string;
    decode: (content: Buffer) => T;
    log: Logger;
  }) {
    this.#dir = options.dir;
    this.#suffix = options.suffix;
    this.#encode = options.encode;
    this.#decode = options.decode;
    this.#log = options.log;
  }

  /** Everything on disk, by key. A file that cannot be read is named in the log and passed over. */
  async load(): Promise<Map<string, T>> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    const loaded = new Map<string, T>();
    for (const file of await readdir(this.#dir)) {
      if (!file.endsWith(this.#suffix)) continue;
      try {
        loaded.set(file.slice(0, -this.#suffix.length), this.#decode(await readFile(join(this.#dir, file))));
      } catch (error) {
        this.#log.warn('checkpoint not readable, passing over it', { file: join(this.#dir, file), error });
      }
    }
    return loaded;
  }

  /** @param key safe as a file name, such as a uid */
  put(key: string, value: T): void {
    this.#dirty.set(key, value);
    this.#writing ??= this.#writeAll();
  }

  delete(key: string): void {
    this.#dirty.set(key, undefined);
    this.#writing ??= this.#writeAll();
  }

  /** Resolves when everything put before is on disk, or has failed and been logged. */
  async flush(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  async #writeAll(): Promise<void> {
    // After the caller's turn, so that several puts of one turn are one write.
    await Promise.resolve();
    for (let next = first(this.#dirty); next; next = first(this.#dirty)) {
      const [key, value] = next;
      this.#dirty.delete(key);
      const path = join(this.#dir, `${key}${this.#suffix}`);
      try {
        if (value === undefined) await rm(path, { force: true });
        else await writeFileAtomic(path, this.#encode(value));
      } catch (error) {
        this.#log.error('checkpoint not written', { file: path, error });
      }
    }
    this.#writing = undefined;
  }
}

function first<K, V>(map: ReadonlyMap<K, V>): [K, V] | undefined {
  for (const entry of map) return entry;
  return undefined;
}
