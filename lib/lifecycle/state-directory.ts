import { once } from 'node:events';
import { mkdir, stat } from 'node:fs/promises';
import { createServer } from 'node:net';

import { LongshoreError } from '../errors/errors.js';

/**
 * Makes this process the only one that works in `path`, which is made when it is missing,
 * until it ends however it ends: the kernel keeps the claim, as an abstract socket named
 * after the directory, and no file can be left behind. Processes of other network
 * namespaces are not seen.
 * @param path of an agent; its files are written by one process only
 * @throws LongshoreError Conflict when another process has it
 */
export async function claimStateDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const { dev, ino } = await stat(path);
  const claim = createServer();
  claim.unref();
  claim.listen(`\0longshore/${dev}/${ino}`);
  try {
    await once(claim, 'listening');
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EADDRINUSE')) throw thrown;
    throw new LongshoreError(
      'Conflict',
      `another process works in ${path}: stop it first, or give this one a --state-dir of its own`,
    );
  }
}
