import { access, chmod, chown, mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { EmptyDirVolume } from '../../proto/gen/longshore/node/v1/pod.js';
import type { Mounts } from './mount-runner.js';

/** Everybody's, as in Kubernetes: what runs as which user is the pod's affair. */
const everybody = 0o777;
const setGid = 0o2000;

/**
 * A directory that lives as long as the pod: on the disk, or a tmpfs of its own for medium
 * Memory. It appears with its owner and mode, and later calls leave alone what containers
 * may have changed.
 */
export async function prepareEmptyDir(
  directory: string,
  { medium, sizeLimitBytes }: EmptyDirVolume,
  options: { mounts: Mounts; fsGroup: number | undefined },
): Promise<string> {
  const { mounts, fsGroup } = options;
  const mode = fsGroup === undefined ? everybody : everybody | setGid;
  if (medium === 'Memory') {
    await mkdir(directory, { recursive: true });
    if ((await mounts.list()).includes(directory)) return directory;
    await mounts.mountTmpfs(directory, { mode, gid: fsGroup, sizeBytes: sizeLimitBytes > 0 ? sizeLimitBytes : undefined });
    return directory;
  }
  const there = await access(directory).then(
    () => true,
    () => false,
  );
  if (!there) await createDirectory(directory, mode, fsGroup);
  return directory;
}

/** Made beside its place and moved there, so that a killed agent leaves no half-made one. */
async function createDirectory(directory: string, mode: number, gid: number | undefined): Promise<void> {
  const draft = `${directory}.draft`;
  await mkdir(dirname(directory), { recursive: true });
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft);
  if (gid !== undefined) await chown(draft, process.getuid?.() ?? 0, gid);
  await chmod(draft, mode);
  await rename(draft, directory);
}
