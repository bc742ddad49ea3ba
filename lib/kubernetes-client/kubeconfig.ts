import { readFile } from 'node:fs/promises';

import { LongshoreError } from '../errors/errors.js';
import { readFileIfExists } from '../files/read-file-if-exists.js';
import type { ApiAccess } from './access.js';
import { accessOfContext } from './kubeconfig/access-of-context.js';
import { parseKubeconfig, type Kubeconfig } from './kubeconfig/kubeconfig-file.js';
import { mergeKubeconfigs } from './kubeconfig/merge-kubeconfigs.js';

export type { ApiAccess } from './access.js';

/**
 * The access of one kubeconfig file, as kubectl reads it with --kubeconfig.
 * @param options.context default: the file's current context
 * @throws LongshoreError InvalidArgument naming file and field; NotFound without the file
 */
export async function readKubeconfig(file: string, options: { context?: string } = {}): Promise<ApiAccess> {
  return accessOfContext(parseKubeconfig(await readExisting(file), file), options.context);
}

/**
 * The files merged as kubectl merges those of KUBECONFIG. Files that do not exist are left out.
 * @returns undefined when none of them exists
 * @throws LongshoreError InvalidArgument naming file and field
 */
export async function loadKubeconfigs(files: readonly string[]): Promise<Kubeconfig | undefined> {
  const read = await Promise.all(files.map(async (file) => ({ file, content: await readFileIfExists(file) })));
  const configs = read.flatMap(({ file, content }) => (content === undefined ? [] : [parseKubeconfig(content, file)]));
  return configs.length === 0 ? undefined : mergeKubeconfigs(configs);
}

/** The files that KUBECONFIG names: paths separated by colons. */
export function kubeconfigFiles(value: string): string[] {
  return [...new Set(value.split(':').filter((path) => path !== ''))];
}

async function readExisting(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
    throw new LongshoreError('NotFound', `there is no kubeconfig ${file}`, { cause: thrown });
  }
}
