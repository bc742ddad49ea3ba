import { invalid, type FieldCause } from '../causes.js';
import { nameProblem } from './names.js';

/** What all values of one ConfigMap or Secret may weigh together. */
const limitBytes = 1024 * 1024;

export function validateDataKeys(data: Readonly<Record<string, string>>, field: string): FieldCause[] {
  return Object.keys(data).flatMap((key) => {
    const problem = nameProblem(key, 'configKey');
    return problem === undefined ? [] : [invalid(`${field}[${key}]`, key, problem)];
  });
}

export function validateDataSize(sizes: readonly number[]): FieldCause[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= limitBytes) return [];
  return [{ reason: 'FieldValueTooLong', field: '', message: `Too long: may not be more than ${limitBytes} bytes` }];
}
