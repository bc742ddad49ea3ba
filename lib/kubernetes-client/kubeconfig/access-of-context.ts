import { readFile } from 'node:fs/promises';

import { LongshoreError } from '../../errors/errors.js';
import { closest } from '../../text/closest.js';
import type { ApiAccess } from '../access.js';
import { invalid, requireSupported, type Entry, type Kubeconfig } from './kubeconfig-file.js';

/**
 * What a context stands for; certificates that are files are read.
 * @param contextName default: the current context
 * @throws LongshoreError InvalidArgument naming file and field; NotFound for an unknown context
 */
export async function accessOfContext(config: Kubeconfig, contextName?: string): Promise<ApiAccess> {
  const files = config.files.join(':');
  const name = contextName ?? config.currentContext;
  if (name === undefined) throw invalid(files, `no current-context is set; it has ${list(config.contexts)}`);
  const context = config.contexts.get(name);
  if (!context) throw unknownContext(config, name);
  const clusterName = required(context, `context "${name}"`, 'cluster');
  const cluster = named(config.clusters, clusterName, context, `context "${name}"`, 'cluster');
  requireSupported('cluster', clusterName, cluster);
  const access: ApiAccess = {
    server: serverOf(required(cluster, `cluster "${clusterName}"`, 'server'), cluster, clusterName),
    ca: await pem(cluster, `cluster "${clusterName}"`, 'certificate-authority'),
    insecureSkipTlsVerify: cluster.value['insecure-skip-tls-verify'],
    tlsServerName: cluster.value['tls-server-name'],
    namespace: context.value.namespace,
  };
  const userName = context.value.user;
  if (userName === undefined) return access;
  const user = named(config.users, userName, context, `context "${name}"`, 'user');
  requireSupported('user', userName, user);
  const owner = `user "${userName}"`;
  const certificate = await pem(user, owner, 'client-certificate');
  const privateKey = await pem(user, owner, 'client-key');
  if (certificate !== undefined && privateKey === undefined)
    throw invalid(user.file, `${owner} has a client-certificate but no client-key`);
  if (privateKey !== undefined && certificate === undefined)
    throw invalid(user.file, `${owner} has a client-key but no client-certificate`);
  return { ...access, certificate, privateKey, token: user.value.token, tokenFile: user.value.tokenFile };
}

function unknownContext(config: Kubeconfig, name: string): LongshoreError {
  const near = closest(name, config.contexts.keys());
  const hint = near === undefined ? `there are ${list(config.contexts)}` : `did you mean "${near}"?`;
  return new LongshoreError('NotFound', `kubeconfig ${config.files.join(':')} has no context "${name}"; ${hint}`);
}

function list(contexts: ReadonlyMap<string, unknown>): string {
  return contexts.size === 0 ? 'no contexts' : `the contexts ${[...contexts.keys()].join(', ')}`;
}

function required<T extends object>(entry: Entry<T>, owner: string, field: keyof T & string): string {
  const value = entry.value[field];
  if (typeof value !== 'string') throw invalid(entry.file, `${owner} has no ${field}`);
  return value;
}

function named<T>(
  entries: ReadonlyMap<string, Entry<T>>,
  name: string,
  from: Entry<unknown>,
  owner: string,
  kind: string,
): Entry<T> {
  const found = entries.get(name);
  if (!found) throw invalid(from.file, `${owner} names the ${kind} "${name}", which is not there`);
  return found;
}

function serverOf(server: string, cluster: Entry<object>, name: string): string {
  const protocol = URL.canParse(server) ? new URL(server).protocol : '';
  if (protocol === 'https:' || protocol === 'http:') return server;
  throw invalid(cluster.file, `cluster "${name}" has the server "${server}": it must read https://HOST:PORT`);
}

/** A certificate or key: `<field>-data` in base64, or else the file that `<field>` names. */
async function pem<T extends object>(entry: Entry<T>, owner: string, field: string): Promise<string | undefined> {
  const values = entry.value as Record<string, string | undefined>;
  const data = values[`${field}-data`];
  const file = values[field];
  if (data !== undefined)
    return decode(data, () => invalid(entry.file, `${owner} has a ${field}-data that is not base64 of PEM`));
  if (file === undefined) return undefined;
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (thrown) {
    throw invalid(entry.file, `${owner} has the ${field} ${file}, which cannot be read: ${(thrown as Error).message}`, thrown);
  }
  if (!content.includes('-----BEGIN')) throw invalid(entry.file, `${owner} has the ${field} ${file}, which is not PEM`);
  return content;
}

function decode(base64: string, error: () => LongshoreError): string {
  const content = Buffer.from(base64, 'base64').toString('utf8');
  if (!content.includes('-----BEGIN')) throw error();
  return content;
}
