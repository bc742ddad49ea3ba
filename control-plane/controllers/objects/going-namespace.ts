import type { LongshoreError } from '../../../lib/errors/errors.js';

/**
 * Whether a write failed because its namespace is being deleted or is gone: then what was
 * to be written goes as well, and there is nothing to report or retry.
 */
export function isNamespaceGoing(error: LongshoreError): boolean {
  if (error.fields.cause === 'NamespaceTerminating') return true;
  return error.code === 'NotFound' && error.fields.resource === 'namespaces';
}
