import { homedir } from 'node:os';
import { join } from 'node:path';

import { parse, stringify } from 'yaml';

import { readAddresses } from '../../lib/control-plane-addresses/control-plane-addresses.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { readFileIfExists } from '../../lib/files/read-file-if-exists.js';
import { writeFileAtomic } from '../../lib/files/write-file-atomic.js';
import { mergeAccess, type KubeconfigDocument } from './merge-access.js';

export interface KubeconfigOptions {
  dataDir: string;
  /** Default: the address that the control plane advertises. */
  server?: string;
  /** Of the cluster and the context. */
  name: string;
  /** A file to write in place of standard output. */
  out?: string;
  /** Into the kubeconfig that kubectl reads, beside what is there. */
  merge: boolean;
}

/**
 * The administrator's kubeconfig of the control plane on this machine: printed, written or merged.
 * @returns a line for people about a file that was written
 * @throws LongshoreError NotFound (no control plane here), InvalidArgument, Conflict (the name is another cluster's)
 */
export async function handOutKubeconfig(options: KubeconfigOptions): Promise<string | undefined> {
  const { dataDir, name, out, merge } = options;
  if (out !== undefined && merge) throw new LongshoreError('InvalidArgument', '--out and --merge exclude each other');
  const server = checkServer(options.server ?? (await readAddresses(dataDir))?.api);
  const admin = mergeAccess(emptyDocument(), await readAdmin(dataDir), { name, server });
  if (merge) {
    const path = kubectlConfig(process.env);
    const text = (await readFileIfExists(path)) ?? '';
    const present = parseDocument(text, path);
    await writeFileAtomic(path, stringify(mergeAccess(present, admin, { name }), { lineWidth: 0, indentSeq: false }));
    return `context ${name} is in ${path}, and the current one`;
  }
  const text = stringify(admin, { lineWidth: 0, indentSeq: false });
  if (out === undefined) {
    process.stdout.write(text);
    return undefined;
  }
  await writeFileAtomic(out, text);
  return `${out} is written: export KUBECONFIG=${out}`;
}

async function readAdmin(dataDir: string): Promise<KubeconfigDocument> {
  const path = join(dataDir, 'admin.kubeconfig');
  const text = await readFileIfExists(path);
  if (text !== undefined) return parseDocument(text, path);
  throw new LongshoreError(
    'NotFound',
    `there is no ${path}: run this on the machine of the control plane once it has started; --data-dir names another folder`,
  );
}

/** Where kubectl writes: the first file of KUBECONFIG, else ~/.kube/config. */
function kubectlConfig(env: NodeJS.ProcessEnv): string {
  const [first] = (env.KUBECONFIG ?? '').split(':').filter((path) => path !== '');
  return first ?? join(env.HOME ?? homedir(), '.kube', 'config');
}

function checkServer(server: string | undefined): string | undefined {
  if (server === undefined) return undefined;
  if (/^https:\/\/[^/\s:]+(:\d{1,5})?\/?$/.test(server)) return server;
  throw new LongshoreError('InvalidArgument', `--server ${server} is not valid: it reads https://HOST:6443`);
}

function parseDocument(text: string, path: string): KubeconfigDocument {
  try {
    return { ...emptyDocument(), ...(parse(text) as Partial<KubeconfigDocument> | null) };
  } catch (thrown) {
    throw new LongshoreError('InvalidArgument', `${path} is not YAML: ${(thrown as Error).message}`, { cause: thrown });
  }
}

function emptyDocument(): KubeconfigDocument {
  return { apiVersion: 'v1', kind: 'Config', clusters: [], users: [], contexts: [] };
}
