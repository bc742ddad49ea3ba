import { decodeObject, fieldValidationOf, type ExpectedType } from '../body/decode-object.js';
import { readBody } from '../http/read-body.js';
import type { KubeObject } from '../../resources/client.js';
import { notFound, StatusError, conflictMessage } from '../status.js';
import { parsePatch, type Patch } from '../body/patch.js';
import { respondObject } from './representation.js';
import type { ResourceCall } from './resource-call.js';
import { requireSameName, writeOptionsOf } from './write-options.js';

/** PATCH of one object, or of its status. */
export async function handlePatch(call: ResourceCall): Promise<void> {
  const options = writeOptionsOf(call.query, 'PatchOptions');
  const patch = await readPatch(call);
  const { definition, registry, target } = call;
  const stored = await registry.modify(
    target.namespace,
    target.name,
    (draft) => {
      const patched = applyPatch(call, patch, draft, definition);
      requireSameName(call, patched.metadata);
      requireSameVersion(call, patched, draft);
      replaceContents(draft, patched);
    },
    { ...options, ...(target.subresource === 'status' ? { subresource: 'status' as const } : {}) },
  );
  if (!stored) throw notFound(target);
  await respondObject(call, 200, stored);
}

/** The patch in a request's body. @throws StatusError 400, 415 */
export async function readPatch(call: ResourceCall): Promise<Patch> {
  return parsePatch(await readBody(call.request, call.services.clock), call.request.headers['content-type']);
}

/** What `patch` makes of `current`, decoded anew. @throws StatusError, LongshoreError InvalidArgument */
export function applyPatch(call: ResourceCall, patch: Patch, current: KubeObject, expected: ExpectedType): KubeObject {
  const value = patch.apply(current, expected.schemaType);
  // A patch may be tried more than once; what it warns of is the same each time.
  call.warnings.length = 0;
  const document = { value, duplicates: patch.duplicates };
  return decodeObject(document, expected, fieldValidationOf(call.query), (text) => call.warnings.push(text));
}

/** A patch that sets resourceVersion applies to that version only. @throws StatusError 409 */
export function requireSameVersion(call: ResourceCall, patched: KubeObject, current: KubeObject): void {
  const asked = patched.metadata.resourceVersion;
  if (asked === undefined || asked === '' || asked === '0' || asked === current.metadata.resourceVersion) return;
  const { target } = call;
  throw new StatusError(409, 'Conflict', conflictMessage(target), {
    details: { name: target.name, ...(target.group ? { group: target.group } : {}), kind: target.resource },
  });
}

function replaceContents(draft: KubeObject, patched: KubeObject): void {
  for (const key of Object.keys(draft)) delete (draft as unknown as Record<string, unknown>)[key];
  Object.assign(draft, patched);
}
