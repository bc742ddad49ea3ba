import { LongshoreError } from '../../../lib/errors/errors.js';
import type { Compare, Write } from '../store.js';

/** Largest value, as in etcd. */
export const maxValueBytes = 1536 * 1024;
/** Longest key in UTF-8; well below what lmdb can index. */
export const maxKeyBytes = 1024;

/** @throws LongshoreError InvalidArgument when a transaction breaks the rules of Store.transact */
export function checkTransaction(compare: readonly Compare[], writes: readonly Write[]): void {
  const keys = new Set<string>();
  for (const write of writes) {
    if (keys.has(write.key)) throw invalid('a transaction writes every key once at most', { key: write.key });
    keys.add(write.key);
    checkKey(write.key);
    if (write.kind === 'put' && write.value.byteLength > maxValueBytes) {
      throw invalid(`value is too large: ${write.value.byteLength} bytes, at most ${maxValueBytes} are allowed`, {
        key: write.key,
        sizeBytes: write.value.byteLength,
        limitBytes: maxValueBytes,
      });
    }
  }
  for (const { key, modRevision } of compare) {
    checkKey(key);
    if (!Number.isSafeInteger(modRevision) || modRevision < 0) throw invalid('not a revision', { key, modRevision });
  }
}

function checkKey(key: string): void {
  if (key === '') throw invalid('a key must not be empty', {});
  if (Buffer.byteLength(key) > maxKeyBytes) throw invalid(`key is too long: at most ${maxKeyBytes} bytes are allowed`, { key });
}

function invalid(message: string, fields: Record<string, unknown>): LongshoreError {
  return new LongshoreError('InvalidArgument', message, { fields });
}
