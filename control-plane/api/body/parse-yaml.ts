import { isMap, isPair, isScalar, parseDocument, visit } from 'yaml';

import { badRequest } from '../status.js';
import type { BodyDocument } from './decode-body.js';

const maxAliases = 100;

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
