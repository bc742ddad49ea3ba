import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

import { extract, pack } from 'tar-stream';

import { LongshoreError } from '../../lib/errors/errors.js';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

const manifestName = 'manifest.json';
const format = 1;
/** No other name is ever unpacked. */
const partNames = /^(store\.jsonl|admin\.kubeconfig|pki\/[a-z0-9-]+\.(key|crt))$/;

/** What a backup says of itself; the first file of the archive. */
export interface Manifest {
  /** Of the archive; 1. */
  readonly format: number;
  /** Of the program that made it. */
  readonly longshoreVersion: string;
  readonly clusterId: string;
  /** Of the store. */
  readonly revision: number;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly parts: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
}

/** Files by their names in the archive. */
export type Parts = ReadonlyMap<string, Buffer>;

/** A backup's file: tar, gzipped, every part vouched for by the manifest. */
export async function packArchive(about: Omit<Manifest, 'format' | 'parts'>, parts: Parts): Promise<Buffer> {
  const described = [...parts].map(([name, content]) => ({ name, bytes: content.byteLength, sha256: sha256(content) }));
  const manifest: Manifest = { format, ...about, parts: described };
  const modified = new Date(about.createdAt);
  const tar = pack();
  const add = (name: string, content: Buffer): void => void tar.entry({ name, mode: 0o600, mtime: modified }, content);
  add(manifestName, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
  for (const [name, content] of parts) add(name, content);
  tar.finalize();
  return compress(await buffer(tar));
}

/**
 * The inverse of {@link packArchive}, once everything in it has been verified.
 * @throws LongshoreError InvalidArgument that says what is wrong with the file
 */
export async function unpackArchive(archive: Buffer): Promise<{ manifest: Manifest; parts: Parts }> {
  const files = await readTar(archive);
  const manifest = parseManifest(files.get(manifestName));
  const parts = new Map<string, Buffer>();
  for (const { name, bytes, sha256: expected } of manifest.parts) {
    const content = files.get(name);
    if (!partNames.test(name)) throw refused(`it names a part that no backup has: ${name}`);
    if (!content) throw refused(`${name} is missing`);
    if (content.byteLength !== bytes || sha256(content) !== expected) throw refused(`${name} is not what was backed up`);
    parts.set(name, content);
  }
  return { manifest, parts };
}

async function readTar(archive: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  try {
    const tar = extract();
    tar.end(await decompress(archive));
    for await (const entry of tar) files.set(entry.header.name, await buffer(entry));
  } catch (thrown) {
    throw refused('it is not a whole tar.gz file', thrown);
  }
  return files;
}

function parseManifest(content: Buffer | undefined): Manifest {
  if (!content) throw refused(`it has no ${manifestName}: was it made by longshore backup?`);
  let manifest: Partial<Manifest>;
  try {
    manifest = JSON.parse(content.toString('utf8')) as Partial<Manifest>;
  } catch (thrown) {
    throw refused(`its ${manifestName} is not JSON`, thrown);
  }
  const { format: found, clusterId, revision, createdAt = '', parts } = manifest;
  if (found !== format) throw refused(`it has format ${found ?? 'none'}, this version of Longshore reads format ${format}`);
  if (clusterId === undefined || !Number.isSafeInteger(revision) || Number.isNaN(Date.parse(createdAt)) || !Array.isArray(parts))
    throw refused(`its ${manifestName} lacks fields`);
  return manifest as Manifest;
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function refused(why: string, cause?: unknown): LongshoreError {
  return new LongshoreError('InvalidArgument', `the backup cannot be used: ${why}`, { cause });
}
