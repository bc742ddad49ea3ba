import { matchesRequirements, parseLabelSelector } from '../../lib/kubernetes/label-selector.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { badRequest } from './causes.js';
import type { KubeObject } from './client.js';
import type { ResourceDefinition, SelectableField } from './definition.js';
import { both, everything, type Selection } from './registry/selection.js';

interface Term {
  readonly field: SelectableField;
  readonly value: string;
  readonly equal: boolean;
}

const commonFields: readonly SelectableField[] = [
  { path: 'metadata.name', value: (object) => object.metadata.name },
  { path: 'metadata.namespace', value: (object) => object.metadata.namespace ?? '' },
];

/**
 * What a list or watch request selects.
 * @throws LongshoreError InvalidArgument (BadRequest) for a selector that cannot be parsed
 *   or names a field that the kind cannot select by
 */
export function selectionOf(
  definition: ResourceDefinition,
  selectors: { labelSelector?: string | undefined; fieldSelector?: string | undefined },
): Selection {
  return both(labelSelection(selectors.labelSelector), fieldSelection(definition, selectors.fieldSelector));
}

function labelSelection(text: string | undefined): Selection {
  if (!text) return everything;
  try {
    const requirements = parseLabelSelector(text);
    if (requirements.length === 0) return everything;
    return { everything: false, matches: (object) => matchesRequirements(requirements, object.metadata.labels) };
  } catch (thrown) {
    throw badRequest(LongshoreError.from(thrown).message);
  }
}

function fieldSelection(definition: ResourceDefinition, text: string | undefined): Selection {
  if (!text) return everything;
  const terms = splitTerms(text).map((term) => parseTerm(definition, term));
  const matches = (object: KubeObject): boolean =>
    terms.every(({ field, value, equal }) => (field.value(object) === value) === equal);
  return { everything: false, matches };
}

function parseTerm(definition: ResourceDefinition, term: string): Term {
  const match = /^([^=!]+)(==|=|!=)(.*)$/s.exec(term);
  if (!match) throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
  const [, path = '', operator, value = ''] = match;
  const field = [...commonFields, ...definition.fieldSelectors].find((candidate) => candidate.path === path);
  if (!field) throw badRequest(`field label not supported: ${path}`);
  return { field, value: unescape(value), equal: operator !== '!=' };
}

/** Terms stand between commas that no backslash escapes. */
function splitTerms(text: string): string[] {
  return (text.match(/(?:\\.|[^,\\])+/gs) ?? []).filter((term) => term.trim() !== '');
}

function unescape(value: string): string {
  return value.replace(/\\([\\,=])/g, '$1');
}
