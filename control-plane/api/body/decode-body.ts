import { decodeProtobuf } from '../../resources/schema/protobuf.js';
import { duplicateFields } from '../../resources/schema/duplicate-fields.js';
import { badRequest, unsupportedMediaType } from '../status.js';

export const bodyTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/** A request's body, as plain JSON values. */
export interface BodyDocument {
  readonly value: unknown;
  /** Paths of keys that the text gives more than once; the last one counts. */
  readonly duplicates: readonly string[];
}

/** `type/subtype` of a Content-Type header, in lower case; JSON when there is none. */
export function mediaTypeOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]?.trim().toLowerCase() || 'application/json';
}

/**
 * The document in a request's body.
 * @throws StatusError 415 for a type that is not served, 400 for a body that is not of its type
 */
export async function decodeBody(bytes: Buffer, contentType: string | undefined): Promise<BodyDocument> {
  switch (mediaTypeOf(contentType)) {
    case 'application/json':
      return parseJson(bytes);
    case 'application/yaml':
      // kubectl sends JSON or protobuf: the YAML library is loaded for those who do send YAML.
      return (await import('./parse-yaml.js')).parseYaml(bytes);
    case 'application/vnd.kubernetes.protobuf':
      return { value: decodeProtobuf(bytes), duplicates: [] };
    default:
      throw unsupportedMediaType(bodyTypes);
  }
}

/** @throws StatusError 400 */
export function parseJson(bytes: Buffer): BodyDocument {
  const text = bytes.toString();
  try {
    return { value: JSON.parse(text) as unknown, duplicates: duplicateFields(text) };
  } catch (thrown) {
    throw badRequest(`the object provided is unrecognized: couldn't parse the body as JSON: ${(thrown as Error).message}`);
  }
}
