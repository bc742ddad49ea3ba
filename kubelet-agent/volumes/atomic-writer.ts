import { randomBytes } from 'node:crypto';
import { chmod, chown, lstat, mkdir, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LongshoreError } from '../../lib/errors/errors.js';

export interface VolumeFile {
  content: Uint8Array;
  /** Permission bits. */
  mode: number;
  /** Owner; default the agent's. */
  uid?: number | undefined;
  gid?: number | undefined;
}

/** Files by path inside the volume. */
export type VolumeFiles = ReadonlyMap<string, VolumeFile>;

const dataLink = '..data';
const nextLink = '..data_next';

/**
 * Makes `directory` show exactly `files`, all of them changed at one moment, as Kubernetes
 * does (pkg/volume/util/atomic_writer.go):
 *
 *   key            -> ..data/key          what containers open
 *   ..data         -> ..<unique>          renamed over: the moment of change
 *   ..<unique>/key                        the files
 *
 * Killed half-way it leaves the old or the new files in place, and the next call tidies up.
 * @returns whether anything changed
 * @throws LongshoreError InvalidArgument for a path that leaves the volume
 */
export async function writeAtomically(directory: string, files: VolumeFiles, gid?: number): Promise<boolean> {
  for (const path of files.keys()) checkPath(path);
  const current = await currentData(directory);
  if (current !== undefined && (await holds(join(directory, current), files))) {
    await link(directory, files);
    return false;
  }
  const next = `..${randomBytes(8).toString('hex')}`;
  await writeFiles(join(directory, next), files, gid);
  await rm(join(directory, nextLink), { force: true });
  await symlink(next, join(directory, nextLink));
  await rename(join(directory, nextLink), join(directory, dataLink));
  await link(directory, files);
  await removeAllBut(directory, next);
  return true;
}

/** The directory that ..data shows; undefined before the first write. Never one outside the volume. */
async function currentData(directory: string): Promise<string | undefined> {
  try {
    const target = await readlink(join(directory, dataLink));
    return /^\.\.[0-9a-f]+$/.test(target) ? target : undefined;
  } catch {
    // Not there yet, or not a link: either way it is written anew.
    return undefined;
  }
}

async function writeFiles(directory: string, files: VolumeFiles, gid: number | undefined): Promise<void> {
  await makeDirectory(directory, gid);
  for (const [path, { content, mode, uid, gid: fileGid }] of files) {
    const file = join(directory, path);
    const parents = path.split('/').slice(0, -1);
    for (let depth = 1; depth <= parents.length; depth += 1) {
      await makeDirectory(join(directory, ...parents.slice(0, depth)), gid);
    }
    await writeFile(file, content);
    // Mode and owner after the content: umask and chown would change them.
    if (uid !== undefined || fileGid !== undefined) await chown(file, uid ?? process.getuid?.() ?? 0, fileGid ?? 0);
    await chmod(file, mode);
  }
}

async function makeDirectory(directory: string, gid: number | undefined): Promise<void> {
  await mkdir(directory, { recursive: true });
  if (gid !== undefined) await chown(directory, process.getuid?.() ?? 0, gid);
  await chmod(directory, gid === undefined ? 0o755 : 0o2775);
}

/** Whether `directory` holds these files and no others. */
async function holds(directory: string, files: VolumeFiles): Promise<boolean> {
  const present = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  if (present.filter((entry) => !entry.isDirectory()).length !== files.size) return false;
  for (const [path, { content, mode, uid, gid }] of files) {
    const file = join(directory, path);
    const stat = await lstat(file).catch(() => undefined);
    if (!stat?.isFile() || (stat.mode & 0o7777) !== mode || stat.size !== content.length) return false;
    if ((uid !== undefined && stat.uid !== uid) || (gid !== undefined && stat.gid !== gid)) return false;
    if (!(await readFile(file)).equals(content)) return false;
  }
  return true;
}

/** The names that containers see: one link for the first part of each path. */
async function link(directory: string, files: VolumeFiles): Promise<void> {
  const wanted = new Set([...files.keys()].map((path) => path.split('/')[0] ?? path));
  const present = new Set(await readdir(directory));
  for (const name of wanted) {
    if (!present.has(name)) await symlink(join(dataLink, name), join(directory, name));
  }
  for (const name of present) {
    if (!wanted.has(name) && !name.startsWith('..')) await rm(join(directory, name), { recursive: true });
  }
}

async function removeAllBut(directory: string, current: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name.startsWith('..') && name !== dataLink && name !== current) {
      await rm(join(directory, name), { recursive: true, force: true });
    }
  }
}

function checkPath(path: string): void {
  const parts = path.split('/');
  const leaves = parts.some((part) => part === '' || part === '.' || part === '..') || path.startsWith('..');
  if (leaves || dirname(path).startsWith('/')) {
    throw new LongshoreError('InvalidArgument', `invalid path: "${path}" must be relative and must not leave the volume`);
  }
}
