import jsonPatch, { type Operation } from 'fast-json-patch';

import type { KubeObject } from '../../resources/client.js';
import { mergePatch } from '../../resources/schema/merge-patch.js';
import { strategicMergePatch } from '../../resources/schema/strategic-merge-patch.js';
import { badRequest, StatusError, unsupportedMediaType } from '../status.js';
import { mediaTypeOf, parseJson } from './decode-body.js';

/** A change of an object that can be applied to whatever version of it there is. */
export interface Patch {
  /**
   * The patched document; `current` stays as it is.
   * @throws StatusError 422 when the patch does not fit, LongshoreError InvalidArgument
   */
  apply(current: KubeObject, schemaType: string): unknown;
  /** Paths that the patch gives more than once. */
  readonly duplicates: readonly string[];
}

export const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
];
/** Kubernetes' bound on the operations of one JSON patch. */
const maxOperations = 10_000;

/** @throws StatusError 400 when the body is no patch of its type, 415 */
export function parsePatch(bytes: Buffer, contentType: string | undefined): Patch {
  const type = mediaTypeOf(contentType);
  if (type === 'application/apply-patch+yaml') {
    throw new StatusError(
      415,
      'UnsupportedMediaType',
      `server-side apply is not served yet: use client-side apply - accepted media types include: ${patchTypes.join(', ')}`,
    );
  }
  if (!patchTypes.includes(type)) throw unsupportedMediaType(patchTypes);
  const { value, duplicates } = parseJson(bytes);
  if (type === 'application/json-patch+json') {
    const operations = requireOperations(value);
    return { duplicates, apply: (current) => applyOperations(current, operations) };
  }
  const fields = requireObject(value);
  if (type === 'application/merge-patch+json') return { duplicates, apply: (current) => mergePatch(current, fields) };
  return { duplicates, apply: (current, schemaType) => strategicMergePatch(schemaType, current, fields) };
}

function requireOperations(value: unknown): Operation[] {
  if (!Array.isArray(value)) throw badRequest('error decoding patch: a JSON patch is a list of operations');
  if (value.length > maxOperations) {
    throw new StatusError(
      413,
      'RequestEntityTooLarge',
      `The allowed maximum operations in a JSON patch is ${maxOperations}, got ${value.length}`,
    );
  }
  return value as Operation[];
}

function requireObject(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw badRequest('error decoding patch: a merge patch is an object');
}

function applyOperations(current: KubeObject, operations: readonly Operation[]): unknown {
  try {
    return jsonPatch.applyPatch(structuredClone(current), structuredClone(operations) as Operation[], true).newDocument;
  } catch (thrown) {
    if (!(thrown instanceof jsonPatch.JsonPatchError)) throw thrown;
    const message = thrown.message.split('\n')[0] ?? '';
    throw new StatusError(422, 'Invalid', `the server rejected our request due to an error in our request: ${message}`, {
      details: {},
    });
  }
}
