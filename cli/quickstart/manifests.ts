import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { parseAllDocuments } from 'yaml';

import { LongshoreError } from '../../lib/errors/errors.js';
import type { AnyObject } from '../../lib/kubernetes-client/objects.js';

/** The objects of every YAML file in `folder`, in file and document order. */
export async function readManifests(folder: string): Promise<AnyObject[]> {
  const files = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).sort();
  const parsed = await Promise.all(
    files.map(async (name) => {
      const documents = parseAllDocuments(await readFile(join(folder, name), 'utf8'));
      const problem = [...documents].flatMap(({ errors }) => errors)[0];
      if (problem) throw new LongshoreError('InvalidArgument', `${name}: ${problem.message}`);
      return [...documents].map((document) => document.toJS() as AnyObject | null).filter((object) => object !== null);
    }),
  );
  return parsed.flat();
}
