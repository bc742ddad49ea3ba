import { mkdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';

import { LongshoreError } from '../../lib/errors/errors.js';

/**
 * The host path of `subPath` inside a volume, made as a directory where it is missing.
 * Links are followed, but never out of the volume.
 * @throws LongshoreError InvalidArgument for a path that leads out of the volume
 */
export async function resolveSubPath(volumePath: string, subPath: string): Promise<string> {
  const root = await realpath(volumePath);
  if (subPath === '' || subPath === '.') return root;
  let reached = root;
  for (const name of subPath.split('/')) {
    const next = join(reached, name);
    reached = await realpath(next).catch(async (thrown: unknown) => {
      if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')) throw thrown;
      await mkdir(next, { mode: 0o750, recursive: true });
      return realpath(next);
    });
    if (reached !== root && !reached.startsWith(root + sep)) {
      throw new LongshoreError('InvalidArgument', `subPath ${subPath} leads out of its volume`);
    }
  }
  return reached;
}
