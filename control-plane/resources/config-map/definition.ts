import { isDeepStrictEqual } from 'node:util';
import type { ConfigMap } from '../../../lib/kubernetes/types/core-v1.js';
import { forbidden, invalid, type FieldCause } from '../causes.js';
import { ageColumn, defineResource, nameColumn } from '../define.js';
import { validateDataKeys, validateDataSize } from '../validation/data.js';

export const configMapDefinition = defineResource<ConfigMap>({
  group: '',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  schemaType: 'core.v1.ConfigMap',
  columns: [
    nameColumn,
    {
      name: 'Data',
      type: 'integer',
      description: 'How many entries it has.',
      cell: ({ data, binaryData }) => Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
    },
    ageColumn,
  ],
  validate: ({ data = {}, binaryData = {}, ...object }, previous) => [
    ...validateDataKeys(data, 'data'),
    ...validateDataKeys(binaryData, 'binaryData'),
    ...Object.keys(binaryData)
      .filter((key) => Object.hasOwn(data, key))
      .map((key) => invalid(`data[${key}]`, key, 'duplicate of key present in binaryData')),
    ...validateDataSize([
      ...Object.values(data).map((value) => Buffer.byteLength(value)),
      ...Object.values(binaryData).map((value) => Buffer.byteLength(value, 'base64')),
    ]),
    ...validateImmutable({ data, binaryData, ...object }, previous),
  ],
});

function validateImmutable(object: ConfigMap, previous: ConfigMap | undefined): FieldCause[] {
  if (previous?.immutable !== true) return [];
  const causes: FieldCause[] = [];
  if (object.immutable !== true) causes.push(forbidden('immutable', 'field is immutable when `immutable` is set'));
  for (const part of ['data', 'binaryData'] as const) {
    if (isDeepStrictEqual(object[part] ?? {}, previous[part] ?? {})) continue;
    causes.push(forbidden(part, 'field is immutable when `immutable` is set'));
  }
  return causes;
}
