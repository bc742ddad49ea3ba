import type { LongshoreError } from '../../../lib/errors/errors.js';
import { forbidden, invalidObject } from '../../resources/causes.js';
import { selectionOf } from '../../resources/field-selector.js';
import type { PageOptions } from '../../resources/registry/reader.js';
import type { Selection } from '../../resources/registry/selection.js';
import { badRequest, notFound, StatusError } from '../status.js';
import { respondObject, respondPage } from './representation.js';
import type { ResourceCall } from './resource-call.js';

/** GET of one object. */
export async function handleGet(call: ResourceCall): Promise<void> {
  const { registry, target } = call;
  requireKnownRevision(call);
  const object = await registry.get(target.namespace, target.name);
  if (!object) throw notFound(target);
  await respondObject(call, 200, object);
}

/** GET of a collection. */
export async function handleList(call: ResourceCall): Promise<void> {
  const page = await call.registry.page(pageOptionsOf(call));
  await respondPage(call, page);
}

/** What the selectors of a request select. @throws LongshoreError InvalidArgument (BadRequest) */
export function selectionOfCall({ definition, query }: ResourceCall): Selection {
  return selectionOf(definition, {
    labelSelector: query.get('labelSelector') ?? undefined,
    fieldSelector: query.get('fieldSelector') ?? undefined,
  });
}

/** The namespace of a request's path; undefined for all namespaces and for cluster scope. */
export function namespaceOfCall({ definition, target }: ResourceCall): string | undefined {
  return definition.namespaced && target.namespace !== '' ? target.namespace : undefined;
}

function pageOptionsOf(call: ResourceCall): PageOptions {
  const { query } = call;
  const namespace = namespaceOfCall(call);
  const limit = integerOf(query, 'limit') ?? 0;
  const continueToken = query.get('continue') ?? '';
  const asked = query.get('resourceVersion') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  if (continueToken !== '' && asked !== '' && asked !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  if (match !== '' && continueToken !== '') throw invalidMatch('resourceVersionMatch is forbidden when continue is provided');
  if (match !== '' && asked === '') throw invalidMatch('resourceVersionMatch is forbidden unless resourceVersion is provided');
  if (match === 'Exact' && asked === '0') throw invalidMatch('resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  if (match !== '' && match !== 'Exact' && match !== 'NotOlderThan')
    throw invalidMatch(`supported values: "Exact", "NotOlderThan"`);
  const revision = requireKnownRevision(call);
  // Without a match, a limit asks for the state as of that revision: Kubernetes' legacy rule.
  const exact = match === 'Exact' || (match === '' && limit > 0 && continueToken === '');
  return {
    selection: selectionOfCall(call),
    limit,
    ...(namespace === undefined ? {} : { namespace }),
    ...(continueToken === '' ? {} : { continueToken }),
    ...(exact && revision ? { revision } : {}),
  };
}

/**
 * The resourceVersion that a request names; undefined when it names none.
 * @throws StatusError 400 when it is no version, 504 when it lies in the future
 */
export function requireKnownRevision({ query, services }: ResourceCall): number | undefined {
  const text = query.get('resourceVersion') ?? '';
  if (text === '') return undefined;
  if (!/^\d{1,15}$/.test(text)) throw badRequest(`invalid resource version ${JSON.stringify(text)}`);
  const current = services.resources.revision();
  const wanted = Number(text);
  if (wanted <= current) return wanted;
  throw new StatusError(504, 'Timeout', `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
    details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 },
  });
}

/** @throws StatusError 400 */
export function integerOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? '';
  if (text === '') return undefined;
  if (!/^-?\d{1,15}$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

function invalidMatch(message: string): LongshoreError {
  return invalidObject('ListOptions', 'meta.k8s.io', '', [forbidden('resourceVersionMatch', message)]);
}
