import { LongshoreError } from '../../lib/errors/errors.js';
import type { Entry, StoreSnapshot } from '../store/store.js';

/**
 * A snapshot as lines of JSON, so that a backup outlives a change of the store's files and
 * can be read with grep and jq:
 *
 *   {"revision":1207}
 *   {"key":"/pods/default/web-1","created":90,"modified":1198,"text":"{\"metadata\":...}"}
 *
 * A value that is not UTF-8 stands in `base64` instead of `text`.
 */
export function encodeStoreDump({ revision, entries }: StoreSnapshot): Buffer {
  const lines = [JSON.stringify({ revision }), ...entries.map((entry) => JSON.stringify(lineOf(entry)))];
  return Buffer.from(`${lines.join('\n')}\n`);
}

/**
 * The inverse of {@link encodeStoreDump}.
 * @throws LongshoreError InvalidArgument naming the line that is none
 */
export function decodeStoreDump(dump: Buffer): StoreSnapshot {
  const [head = '', ...lines] = dump.toString('utf8').trimEnd().split('\n');
  const { revision } = parseLine(head, 1);
  if (!isRevision(revision)) throw malformed(1);
  return { revision, entries: lines.map((line, index) => entryOf(parseLine(line, index + 2), index + 2)) };
}

function lineOf({ key, createRevision, modRevision, value }: Entry): Record<string, unknown> {
  const head = { key, created: createRevision, modified: modRevision };
  const bytes = Buffer.from(value);
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? { ...head, text } : { ...head, base64: bytes.toString('base64') };
}

function entryOf({ key, created, modified, text, base64 }: Record<string, unknown>, lineNumber: number): Entry {
  if (typeof key !== 'string' || !isRevision(created) || !isRevision(modified)) throw malformed(lineNumber);
  if (typeof text === 'string') return { key, createRevision: created, modRevision: modified, value: Buffer.from(text) };
  if (typeof base64 !== 'string') throw malformed(lineNumber);
  return { key, createRevision: created, modRevision: modified, value: Buffer.from(base64, 'base64') };
}

function parseLine(line: string, lineNumber: number): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch (thrown) {
    throw malformed(lineNumber, thrown);
  }
}

function isRevision(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function malformed(lineNumber: number, cause?: unknown): LongshoreError {
  return new LongshoreError('InvalidArgument', `line ${lineNumber} of the store's dump is malformed`, { cause });
}
