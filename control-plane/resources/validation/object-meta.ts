import { isLabelValue, isQualifiedName } from '../../../lib/kubernetes/label-selector.js';
import type { ObjectMeta } from '../../../lib/kubernetes/types/meta-v1.js';
import { invalid, required, tooLong, type FieldCause } from '../causes.js';
import { nameProblem, type NameFormat } from './names.js';

const annotationsLimitBytes = 256 * 1024;
const plainFinalizers = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);

const qualifiedName =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const labelValue =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** Everything of metadata but what depends on the stored object. */
export function validateObjectMeta(metadata: ObjectMeta, format: NameFormat): FieldCause[] {
  return [
    ...validateName(metadata.name, format),
    ...validateLabels(metadata.labels, 'metadata.labels'),
    ...validateAnnotations(metadata.annotations, 'metadata.annotations'),
    ...validateFinalizers(metadata.finalizers ?? []),
    ...validateOwners(metadata),
  ];
}

/** A name, or what a template gives as labels and annotations. */
export function validateName(name: string | undefined, format: NameFormat, field = 'metadata.name'): FieldCause[] {
  if (!name) return [required(field, field === 'metadata.name' ? 'name or generateName is required' : '')];
  const problem = nameProblem(name, format);
  return problem === undefined ? [] : [invalid(field, name, problem)];
}

export function validateLabels(labels: Readonly<Record<string, string>> | undefined, field: string): FieldCause[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...(isQualifiedName(key) ? [] : [invalid(field, key, qualifiedName)]),
    ...(isLabelValue(value) ? [] : [invalid(field, value, labelValue)]),
  ]);
}

export function validateAnnotations(annotations: Readonly<Record<string, string>> | undefined, field: string): FieldCause[] {
  const causes: FieldCause[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    if (!isQualifiedName(key.toLowerCase())) causes.push(invalid(field, key, qualifiedName));
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (size > annotationsLimitBytes) causes.push(tooLong(field, annotationsLimitBytes));
  return causes;
}

function validateFinalizers(finalizers: readonly string[]): FieldCause[] {
  return finalizers
    .filter((name) => !isQualifiedName(name) || (!name.includes('/') && !plainFinalizers.has(name)))
    .map((name) => invalid('metadata.finalizers', name, 'name is neither a standard finalizer name nor is it fully qualified'));
}

function validateOwners(metadata: ObjectMeta): FieldCause[] {
  const owners = metadata.ownerReferences ?? [];
  const causes = owners.flatMap((owner, index) =>
    (['apiVersion', 'kind', 'name', 'uid'] as const)
      .filter((part) => owner[part] === '')
      .map((part) => invalid(`metadata.ownerReferences[${index}].${part}`, '', 'must not be empty')),
  );
  const controllers = owners.filter((owner) => owner.controller === true);
  if (controllers.length > 1) {
    const names = controllers.map((owner) => owner.name);
    causes.push(invalid('metadata.ownerReferences', names, 'Only one reference can have Controller set to true'));
  }
  return causes;
}
