import { dirname, resolve } from 'node:path';

import { parseDocument } from 'yaml';

import { LongshoreError } from '../../errors/errors.js';

export interface KubeconfigCluster {
  server?: string;
  'certificate-authority'?: string;
  'certificate-authority-data'?: string;
  'insecure-skip-tls-verify'?: boolean;
  'tls-server-name'?: string;
}

export interface KubeconfigUser {
  'client-certificate'?: string;
  'client-certificate-data'?: string;
  'client-key'?: string;
  'client-key-data'?: string;
  token?: string;
  tokenFile?: string;
}

export interface KubeconfigContext {
  cluster?: string;
  user?: string;
  namespace?: string;
}

/** An entry and the file that it stands in, for messages. */
export interface Entry<T> {
  file: string;
  value: T;
}

/** One kubeconfig file, or several merged. Entries by name; names of files inside are absolute. */
export interface Kubeconfig {
  /** Files that were read, in order. */
  files: string[];
  currentContext?: string;
  contexts: Map<string, Entry<KubeconfigContext>>;
  clusters: Map<string, Entry<KubeconfigCluster>>;
  users: Map<string, Entry<KubeconfigUser>>;
}

const text = 'text';
const flag = 'true or false';
type Fields = Record<string, typeof text | typeof flag | { unsupported: string }>;

const instead = 'use token, tokenFile or client-certificate';
const clusterFields: Fields = {
  server: text,
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': flag,
  'tls-server-name': text,
  'proxy-url': { unsupported: 'Longshore talks to the API server without a proxy' },
};
const userFields: Fields = {
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  token: text,
  tokenFile: text,
  exec: { unsupported: `Longshore runs no credential plugins: ${instead}` },
  'auth-provider': { unsupported: `Longshore has no auth providers: ${instead}` },
  username: { unsupported: `Kubernetes has no passwords any more: ${instead}` },
  as: { unsupported: `Longshore does not impersonate: ${instead}` },
};
const contextFields: Fields = { cluster: text, user: text, namespace: text };
const fileFields = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'];

/**
 * Reads the text of a kubeconfig file. What it does not need it does not look at: an entry with
 * an unsupported field is refused only when it is used (see {@link requireSupported}).
 * @throws LongshoreError InvalidArgument naming file, line or field
 */
export function parseKubeconfig(content: string, file: string): Kubeconfig {
  const document = parseDocument(content);
  const [problem] = document.errors;
  if (problem) throw invalid(file, problem.message.split('\n')[0] ?? problem.code);
  const root: unknown = document.toJS() ?? {};
  if (!isRecord(root)) throw invalid(file, 'it must be a mapping with clusters, users and contexts');
  const current = root['current-context'];
  if (current !== undefined && current !== null && typeof current !== 'string') throw wrongType(file, 'current-context', text);
  return {
    files: [file],
    ...(current ? { currentContext: current } : {}),
    contexts: entriesOf(root, file, 'contexts', 'context', contextFields),
    clusters: entriesOf(root, file, 'clusters', 'cluster', clusterFields),
    users: entriesOf(root, file, 'users', 'user', userFields),
  };
}

function entriesOf<T>(root: Record<string, unknown>, file: string, list: string, field: string, fields: Fields) {
  const entries = new Map<string, Entry<T>>();
  const items = root[list] ?? [];
  if (!Array.isArray(items)) throw wrongType(file, list, 'a list');
  (items as unknown[]).forEach((item, index) => {
    const at = `${list}[${index}]`;
    if (!isRecord(item)) throw wrongType(file, at, 'a mapping');
    if (typeof item.name !== 'string' || item.name === '') throw wrongType(file, `${at}.name`, text);
    const value = item[field] ?? {};
    if (!isRecord(value)) throw wrongType(file, `${at}.${field}`, 'a mapping');
    // In one file, too, the first of a name counts.
    if (!entries.has(item.name)) {
      entries.set(item.name, { file, value: readFields(value, file, `${at}.${field}`, fields) as T });
    }
  });
  return entries;
}

function readFields(value: Record<string, unknown>, file: string, at: string, fields: Fields): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const [name, wanted] of Object.entries(fields)) {
    const found = value[name];
    if (found === undefined || found === null || found === '') continue;
    if (wanted === text && typeof found !== 'string') throw wrongType(file, `${at}.${name}`, text);
    if (wanted === flag && typeof found !== 'boolean') throw wrongType(file, `${at}.${name}`, flag);
    read[name] = fileFields.includes(name) ? resolve(dirname(file), found as string) : found;
  }
  return read;
}

/** @throws LongshoreError InvalidArgument for a cluster or user that says what Longshore cannot do */
export function requireSupported(kind: 'cluster' | 'user', name: string, entry: Entry<object>): void {
  const fields = kind === 'cluster' ? clusterFields : userFields;
  for (const field of Object.keys(entry.value)) {
    const known = fields[field];
    if (typeof known === 'object') throw invalid(entry.file, `${kind} "${name}" has ${field}: ${known.unsupported}`);
  }
}

/** The error for a kubeconfig file that says something wrong. */
export function invalid(file: string, message: string, cause?: unknown): LongshoreError {
  return new LongshoreError('InvalidArgument', `kubeconfig ${file}: ${message}`, { cause });
}

function wrongType(file: string, field: string, wanted: string): LongshoreError {
  return invalid(file, `${field} must be ${wanted}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
