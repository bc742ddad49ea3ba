import { invalidObject } from '../../resources/causes.js';
import type { KubeObject } from '../../resources/client.js';
import { decode } from '../../resources/schema/decode.js';
import { strictDecodingMessage, strictMessages } from '../../resources/schema/strict-errors.js';
import { badRequest, StatusError } from '../status.js';
import type { BodyDocument } from './decode-body.js';

/** What to do about fields that a type does not have. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** What an object of the request must be. */
export interface ExpectedType {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly schemaType: string;
}

/**
 * `?fieldValidation`. Strict when the request does not say: a misspelled field is an error
 * unless somebody asked for less.
 * @throws StatusError 422
 */
export function fieldValidationOf(query: URLSearchParams): FieldValidation {
  const value = query.get('fieldValidation') ?? '';
  if (value === '' || value === 'Strict') return 'Strict';
  if (value === 'Warn' || value === 'Ignore') return value;
  throw invalidObject('CreateOptions', 'meta.k8s.io', '', [
    {
      reason: 'FieldValueNotSupported',
      field: 'fieldValidation',
      message: `Unsupported value: ${JSON.stringify(value)}: supported values: "Ignore", "Strict", "Warn"`,
    },
  ]);
}

/**
 * A document of a request as an object of the expected type: apiVersion and kind checked or
 * filled in, unknown fields dealt with as `validation` says, values checked against the
 * schema.
 * @param warn told of unknown fields when validation is Warn
 * @throws StatusError 400 for another kind or unknown fields, LongshoreError InvalidArgument with causes
 */
export function decodeObject(
  { value, duplicates }: BodyDocument,
  expected: ExpectedType,
  validation: FieldValidation,
  warn: (message: string) => void,
): KubeObject {
  const { group, version, kind, schemaType } = expected;
  const apiVersion = group === '' ? version : `${group}/${version}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest(`the object provided is unrecognized (must be of type ${kind}): the body is not an object`);
  }
  const given = value as Partial<KubeObject>;
  requireType(given.kind, kind, given.apiVersion, apiVersion);
  const { object, causes, unknown } = decode<KubeObject>(schemaType, { ...given, apiVersion, kind });
  const complaints = validation === 'Ignore' ? [] : strictMessages(unknown, duplicates);
  if (complaints.length > 0 && validation === 'Strict') {
    throw strictError(expected, complaints, [...unknown.map(({ path }) => path), ...duplicates]);
  }
  complaints.forEach(warn);
  object.metadata ??= { name: '' };
  if (causes.length > 0) throw invalidObject(kind, group, object.metadata.name, causes);
  return object;
}

function requireType(
  kind: string | undefined,
  expectedKind: string,
  apiVersion: string | undefined,
  expectedVersion: string,
): void {
  if (kind !== undefined && kind !== '' && kind !== expectedKind) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${expectedKind}): the kind in the data (${kind}) does not match the expected kind (${expectedKind})`,
    );
  }
  if (apiVersion !== undefined && apiVersion !== '' && apiVersion !== expectedVersion) {
    throw badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${expectedVersion})`);
  }
}

function strictError(expected: ExpectedType, messages: readonly string[], fields: readonly string[]): StatusError {
  const { group, version, kind } = expected;
  const causes = messages.map((message, index) => ({ reason: 'FieldValueInvalid', field: fields[index] ?? '', message }));
  return new StatusError(400, 'BadRequest', strictDecodingMessage(kind, version, messages), {
    details: { ...(group ? { group } : {}), kind, causes },
  });
}
