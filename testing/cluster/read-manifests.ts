import { parseAllDocuments } from 'yaml';

import { LongshoreError } from '../../lib/errors/errors.js';
import type { Manifest } from '../../lib/kubernetes-client/objects.js';
import type { ManifestInput } from './test-namespace.js';

/** The objects of a manifest, Lists taken apart. @throws LongshoreError InvalidArgument that says where it is wrong */
export function readManifests(input: ManifestInput): Manifest[] {
  const documents = typeof input === 'string' ? parse(input) : Array.isArray(input) ? (input as unknown[]) : [input];
  return documents.flatMap((document, index) => objectsOf(document, `document ${index + 1} of the manifest`));
}

function parse(text: string): unknown[] {
  return parseAllDocuments(text).flatMap((document, index) => {
    const [error] = document.errors;
    if (error) throw new LongshoreError('InvalidArgument', `document ${index + 1} of the manifest: ${error.message}`);
    const value = document.toJS() as unknown;
    return value === null ? [] : [value];
  });
}

function objectsOf(value: unknown, where: string): Manifest[] {
  const { apiVersion, kind, metadata, items } = (value ?? {}) as Partial<Manifest> & { items?: unknown[] };
  if (typeof apiVersion !== 'string') throw new LongshoreError('InvalidArgument', `${where} has no apiVersion`);
  if (typeof kind !== 'string') throw new LongshoreError('InvalidArgument', `${where} has no kind`);
  if (kind === 'List') return (items ?? []).flatMap((item, index) => objectsOf(item, `item ${index + 1} of ${where}`));
  if (typeof metadata?.name !== 'string') throw new LongshoreError('InvalidArgument', `${where} (${kind}) has no metadata.name`);
  return [value as Manifest];
}
