import { chmod, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Kubernetes keeps no more of a termination message. */
const limitBytes = 4_096;

/** An empty file that any user may write. One that is there is kept. */
export async function createTerminationLog(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'a');
  await file.close();
  await chmod(path, 0o666);
  return path;
}

/** The end of the file, at most 4096 bytes; empty when there is no file. */
export async function readTerminationLog(path: string): Promise<string> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const length = Math.min(size, limitBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead).toString('utf8');
  } finally {
    await file.close();
  }
}
