import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The last `bytes` of every file in a folder, by name; none when there is no such folder. */
export async function readTails(folder: string, bytes: number): Promise<{ name: string; text: string }[]> {
  const names = (await readdir(folder).catch(() => [])).sort();
  return Promise.all(names.map(async (name) => ({ name, text: await readTail(join(folder, name), bytes) })));
}

async function readTail(path: string, bytes: number): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, bytes);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    const text = buffer.toString();
    // A line that was cut says little.
    return length < size ? text.slice(text.indexOf('\n') + 1) : text;
  } finally {
    await file.close();
  }
}
