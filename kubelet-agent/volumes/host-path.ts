import { lstat, mkdir, open, stat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { isAbsolute } from 'node:path';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { HostPathVolume } from '../../proto/gen/longshore/node/v1/pod.js';

/**
 * Checks a path of the host, and makes it where its type says so. Without a type nothing
 * is checked, and a directory is made where there is nothing, as container engines do.
 * @throws LongshoreError InvalidArgument in Kubernetes' words when it is something else
 */
export async function prepareHostPath({ path, type }: HostPathVolume): Promise<string> {
  if (!isAbsolute(path) || path.split('/').includes('..')) {
    throw new LongshoreError('InvalidArgument', `hostPath ${path} must be absolute and must not contain ".."`);
  }
  const found = await stat(path).catch(() => undefined);
  if (!found && (type === '' || type === 'DirectoryOrCreate')) await mkdir(path, { recursive: true, mode: 0o755 });
  else if (!found && type === 'FileOrCreate') await createFile(path);
  else if (type !== '') checkType(path, type, found);
  return path;
}

function checkType(path: string, type: string, found: Stats | undefined): void {
  const checks: Record<string, { what: string; holds: (stats: Stats) => boolean }> = {
    Directory: { what: 'directory', holds: (stats) => stats.isDirectory() },
    DirectoryOrCreate: { what: 'directory', holds: (stats) => stats.isDirectory() },
    File: { what: 'file', holds: (stats) => stats.isFile() },
    FileOrCreate: { what: 'file', holds: (stats) => stats.isFile() },
    Socket: { what: 'socket file', holds: (stats) => stats.isSocket() },
    CharDevice: { what: 'character device', holds: (stats) => stats.isCharacterDevice() },
    BlockDevice: { what: 'block device', holds: (stats) => stats.isBlockDevice() },
  };
  const check = checks[type];
  if (!check) throw new LongshoreError('InvalidArgument', `unknown hostPath type: ${type}`);
  if (!found || !check.holds(found)) {
    throw new LongshoreError('InvalidArgument', `hostPath type check failed: ${path} is not a ${check.what}`);
  }
}

async function createFile(path: string): Promise<void> {
  try {
    await (await open(path, 'wx', 0o644)).close();
  } catch (thrown) {
    // Another pod may have made it meanwhile.
    if (await lstat(path).catch(() => undefined)) return;
    throw new LongshoreError('InvalidArgument', `hostPath ${path} could not be made: ${String(thrown)}`, { cause: thrown });
  }
}
