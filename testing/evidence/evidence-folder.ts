import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { systemClock } from '../../lib/clock/clock.js';

/** Of one file; its end is kept. */
const fileBytes = 512 * 1024;

/** A folder of files with bounded sizes. */
export class EvidenceFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(dir: string, title: string): Promise<EvidenceFolder> {
    const time = new Date(systemClock.now()).toISOString().replace(/[:.]/g, '-');
    const path = resolve(dir, `${time}-${plainName(title)}`);
    await mkdir(path, { recursive: true });
    return new EvidenceFolder(path);
  }

  /** Writes what `read` finds; what it throws is written instead, as one gap must not cost the rest. */
  async write(name: string, read: () => Promise<string> | string): Promise<void> {
    let text: string;
    try {
      text = await read();
    } catch (thrown) {
      text = `could not be read: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`;
    }
    const path = join(this.path, name.split('/').map(plainName).join('/'));
    await mkdir(dirname(path), { recursive: true });
    const bytes = Buffer.from(text);
    await writeFile(path, bytes.length > fileBytes ? bytes.subarray(bytes.length - fileBytes) : bytes);
  }
}

function plainName(text: string): string {
  const plain = text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+|-+$/g, '');
  return plain.slice(0, 80) || 'test';
}
