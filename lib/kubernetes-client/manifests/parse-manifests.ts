import { parseAllDocuments, type Tags } from 'yaml';

import { LongshoreError } from '../../errors/errors.js';
import type { AnyObject } from '../objects.js';

/**
 * The objects of a text in YAML (one or several documents) or JSON, in order; those of a List
 * one by one. YAML is read as kubectl reads it: 0644 is octal, yes is true, times stay text.
 * @param source named in errors
 * @throws LongshoreError InvalidArgument naming source, document and field
 */
export function parseManifests(content: string, source: string): AnyObject[] {
  const documents = parseAllDocuments(content, { version: '1.1', customTags: withoutTimes, merge: true, logLevel: 'silent' });
  return [...documents].flatMap((document, index) => {
    const where = documents.length > 1 ? `${source}, document ${index + 1}` : source;
    const [problem] = document.errors;
    if (problem) throw invalid(where, problem.message.split('\n')[0]?.replace(/:$/, '') ?? problem.code);
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return value === null || value === undefined ? [] : objectsOf(value, where, '');
  });
}

/** 12:30 is no number of seconds, and 2026-11-28 no object, to kubectl. */
function withoutTimes(tags: Tags): Tags {
  return tags.filter((tag) => typeof tag === 'string' || (tag.format !== 'TIME' && tag.tag !== 'tag:yaml.org,2002:timestamp'));
}

function objectsOf(value: unknown, where: string, at: string): AnyObject[] {
  if (!isRecord(value)) throw invalid(where, `${at || 'it'} must be an object with apiVersion, kind and metadata`);
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion !== 'string' || apiVersion === '')
    throw invalid(where, `${at}apiVersion must be set, such as v1 or apps/v1`);
  if (typeof kind !== 'string' || kind === '') throw invalid(where, `${at}kind must be set, such as Pod or Deployment`);
  if (kind.endsWith('List') && Array.isArray(value.items)) {
    return value.items.flatMap((item: unknown, index) => objectsOf(item, where, `${at}items[${index}].`));
  }
  if (!isRecord(metadata)) throw invalid(where, `${at}metadata must be set: ${kind} has no name`);
  const { name, generateName } = metadata;
  if (typeof name !== 'string' && typeof generateName !== 'string')
    throw invalid(where, `${at}metadata.name must be set: ${kind} has no name`);
  return [value as AnyObject];
}

function invalid(where: string, message: string): LongshoreError {
  return new LongshoreError('InvalidArgument', `${where}: ${message}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
