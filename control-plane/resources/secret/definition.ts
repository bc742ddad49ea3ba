import { isDeepStrictEqual } from 'node:util';
import type { Secret } from '../../../lib/kubernetes/types/core-v1.js';
import { forbidden, invalid, required, type FieldCause } from '../causes.js';
import { ageColumn, defineResource, nameColumn } from '../define.js';
import { validateDataKeys, validateDataSize } from '../validation/data.js';

/** Entries that a secret of a well-known type must have. */
const requiredKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

export const secretDefinition = defineResource<Secret>({
  group: '',
  kind: 'Secret',
  plural: 'secrets',
  schemaType: 'core.v1.Secret',
  columns: [
    nameColumn,
    { name: 'Type', type: 'string', description: 'What the data is.', cell: ({ type }) => type ?? '' },
    {
      name: 'Data',
      type: 'integer',
      description: 'How many entries it has.',
      cell: ({ data }) => Object.keys(data ?? {}).length,
    },
    ageColumn,
  ],
  fieldSelectors: [{ path: 'type', value: ({ type }) => type ?? '' }],
  defaults: (secret) => {
    secret.type ||= 'Opaque';
    // A convenience for writers; nothing ever reads it back.
    for (const [key, value] of Object.entries(secret.stringData ?? {})) {
      secret.data = { ...secret.data, [key]: Buffer.from(value).toString('base64') };
    }
    delete secret.stringData;
  },
  validate: (secret, previous) => [
    ...validateDataKeys(secret.data ?? {}, 'data'),
    ...validateDataSize(Object.values(secret.data ?? {}).map((value) => Buffer.byteLength(value, 'base64'))),
    ...(requiredKeys[secret.type ?? ''] ?? [])
      .filter((key) => secret.data?.[key] === undefined)
      .map((key) => required(`data[${key}]`)),
    ...validateDockerConfig(secret),
    ...(previous ? validateUpdate(secret, previous) : []),
  ],
});

function validateDockerConfig({ type, data }: Secret): FieldCause[] {
  const config = type === 'kubernetes.io/dockerconfigjson' ? data?.['.dockerconfigjson'] : undefined;
  if (config === undefined) return [];
  try {
    JSON.parse(Buffer.from(config, 'base64').toString());
    return [];
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    return [invalid('data[.dockerconfigjson]', '<secret contents redacted>', 'must be JSON')];
  }
}

function validateUpdate(secret: Secret, previous: Secret): FieldCause[] {
  const causes: FieldCause[] = [];
  if (secret.type !== previous.type) causes.push(invalid('type', secret.type, 'field is immutable'));
  if (previous.immutable !== true) return causes;
  if (secret.immutable !== true) causes.push(forbidden('immutable', 'field is immutable when `immutable` is set'));
  if (!isDeepStrictEqual(secret.data ?? {}, previous.data ?? {})) {
    causes.push(forbidden('data', 'field is immutable when `immutable` is set'));
  }
  return causes;
}
