import type { Secret } from '../../../lib/kubernetes/types/core-v1.js';
import { ageColumn, defineResource, nameColumn } from '../define.js';

export const secretDefinition = defineResource<Secret>({
  group: '',
  kind: 'Secret',
  plural: 'secrets',
  schemaType: 'core.v1.Secret',
  columns: [nameColumn, ageColumn],
});
