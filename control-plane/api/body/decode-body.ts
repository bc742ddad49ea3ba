import { isMap, isPair, isScalar, parseDocument, visit } from 'yaml';

import { decodeProtobuf } from '../../resources/schema/protobuf.js';
import { duplicateFields } from '../../resources/schema/duplicate-fields.js';
import { badRequest, unsupportedMediaType } from '../status.js';

export const bodyTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const maxAliases = 100;

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
export function decodeBody(bytes: Buffer, contentType: string | undefined): BodyDocument {
  switch (mediaTypeOf(contentType)) {
    case 'application/json':
      return parseJson(bytes);
    case 'application/yaml':
      return parseYaml(bytes);
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

/** @throws StatusError 400 */
export function parseYaml(bytes: Buffer): BodyDocument {
  const document = parseDocument(bytes.toString(), { uniqueKeys: false, logLevel: 'silent' });
  const [error] = document.errors;
  if (error) throw badRequest(`the object provided is unrecognized: couldn't parse the body as YAML: ${error.message}`);
  const duplicates: string[] = [];
  visit(document, {
    Map: (_key, map, path) => {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? String(key.value) : '';
        if (seen.has(name)) duplicates.push([...namesOf(path), name].join('.'));
        seen.add(name);
      }
    },
  });
  return { value: document.toJS({ maxAliasCount: maxAliases }) as unknown, duplicates };
}

/** The keys on the way to a node. */
function namesOf(path: readonly unknown[]): string[] {
  return path.flatMap((node) => (isPair(node) && isScalar(node.key) && !isMap(node) ? [String(node.key.value)] : []));
}
