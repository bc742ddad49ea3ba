import type { UnknownField } from './decode-context.js';

/** What strict decoding says of fields that are unknown or given twice: one line a field. */
export function strictMessages(unknown: readonly UnknownField[], duplicates: readonly string[]): string[] {
  return [
    ...unknown.map(({ path, suggestion }) => {
      const hint = suggestion === undefined ? '' : ` (did you mean "${suggestion}"?)`;
      return `unknown field "${path}"${hint}`;
    }),
    ...duplicates.map((path) => `duplicate field "${path}"`),
  ];
}

/**
 * The message of the 400 that fieldValidation=Strict answers with. With Warn each of
 * {@link strictMessages} is a Warning header instead, with Ignore nothing is said.
 */
export function strictDecodingMessage(kind: string, version: string, messages: readonly string[]): string {
  return `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: strict decoding error: ${messages.join(', ')}`;
}
