import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

import { LongshoreError } from '../../errors/errors.js';
import type { AnyObject } from '../objects.js';
import { parseManifests } from './parse-manifests.js';

export interface ReadManifestsOptions {
  /** Look into the folders of a folder too. Default false. */
  recursive?: boolean;
  /** What `-` reads. Default: standard input. */
  stdin?: Readable;
}

const manifestFile = /\.(ya?ml|json)$/;

/**
 * The objects of files, of the .yaml, .yml and .json files of folders (by name), and of
 * standard input for `-`, in order.
 * @throws LongshoreError InvalidArgument naming file and field; NotFound without a file, or without an object in all of them
 */
export async function readManifests(paths: readonly string[], options: ReadManifestsOptions = {}): Promise<AnyObject[]> {
  const objects: AnyObject[] = [];
  for (const path of paths) {
    if (path === '-') objects.push(...parseManifests(await text(options.stdin ?? process.stdin), 'standard input'));
    else for (const file of await filesOf(path, options)) objects.push(...parseManifests(await readFile(file, 'utf8'), file));
  }
  if (objects.length === 0) throw new LongshoreError('InvalidArgument', `there is no object in ${paths.join(', ')}`);
  return objects;
}

async function filesOf(path: string, { recursive = false }: ReadManifestsOptions): Promise<string[]> {
  if (/^https?:\/\//.test(path)) {
    throw new LongshoreError(
      'InvalidArgument',
      `${path}: URLs are not fetched; download it, or pipe it: curl -fsSL ${path} | longshore ... -f -`,
    );
  }
  if (!(await isFolder(path))) return [path];
  const entries = await readdir(path, { withFileTypes: true, recursive });
  const files = entries
    .filter((entry) => !entry.isDirectory() && manifestFile.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  if (files.length > 0) return files.sort();
  const hint = recursive ? '' : '; -R looks into its folders too';
  throw new LongshoreError('NotFound', `${path} has no .yaml, .yml or .json file${hint}`);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
    throw new LongshoreError('NotFound', `there is no file or folder ${path}`, { cause: thrown });
  }
}
