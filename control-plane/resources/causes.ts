import { LongshoreError } from '../../lib/errors/errors.js';

/** Kubernetes' CauseType of one wrong field. */
export type CauseReason =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueDuplicate'
  | 'FieldValueNotFound'
  | 'FieldValueTypeInvalid'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany';

/** What is wrong with one field, as a Status carries it in details.causes. */
export interface FieldCause {
  readonly reason: CauseReason;
  /** Path as Kubernetes writes it: spec.template.spec.containers[0].image */
  readonly field: string;
  readonly message: string;
}

export const required = (field: string, detail = ''): FieldCause => ({
  reason: 'FieldValueRequired',
  field,
  message: withDetail('Required value', detail),
});

export const invalid = (field: string, value: unknown, detail: string): FieldCause => ({
  reason: 'FieldValueInvalid',
  field,
  message: withDetail(`Invalid value: ${show(value)}`, detail),
});

export const notSupported = (field: string, value: unknown, supported: readonly string[]): FieldCause => ({
  reason: 'FieldValueNotSupported',
  field,
  message: `Unsupported value: ${show(value)}: supported values: ${[...supported]
    .sort()
    .map((item) => JSON.stringify(item))
    .join(', ')}`,
});

export const forbidden = (field: string, detail: string): FieldCause => ({
  reason: 'FieldValueForbidden',
  field,
  message: withDetail('Forbidden', detail),
});

export const duplicate = (field: string, value: unknown): FieldCause => ({
  reason: 'FieldValueDuplicate',
  field,
  message: `Duplicate value: ${show(value)}`,
});

export const notFoundValue = (field: string, value: unknown): FieldCause => ({
  reason: 'FieldValueNotFound',
  field,
  message: `Not found: ${show(value)}`,
});

export const typeInvalid = (field: string, value: unknown, detail: string): FieldCause => ({
  reason: 'FieldValueTypeInvalid',
  field,
  message: withDetail(`Invalid value: ${show(value)}`, detail),
});

export const tooLong = (field: string, limitBytes: number): FieldCause => ({
  reason: 'FieldValueTooLong',
  field,
  message: `Too long: may not be more than ${limitBytes} bytes`,
});

/** The 422 for an object with wrong fields, worded as Kubernetes words it. */
export function invalidObject(kind: string, group: string, name: string, causes: readonly FieldCause[]): LongshoreError {
  const lines = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const detail = lines.length === 1 ? lines.join('') : `[${lines.join(', ')}]`;
  const qualified = group === '' ? kind : `${kind}.${group}`;
  return new LongshoreError('InvalidArgument', `${qualified} ${JSON.stringify(name)} is invalid: ${detail}`, {
    fields: { causes, kind, group, name },
  });
}

/** A request that cannot be understood (HTTP 400 rather than 422): fields.reason is 'BadRequest'. */
export function badRequest(message: string): LongshoreError {
  return new LongshoreError('InvalidArgument', message, { fields: { reason: 'BadRequest' } });
}

function withDetail(text: string, detail: string): string {
  return detail === '' ? text : `${text}: ${detail}`;
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'null').slice(0, 512);
}
