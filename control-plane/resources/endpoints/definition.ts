import type { Endpoints } from '../../../lib/kubernetes/types/core-v1.js';
import { ageColumn, defineResource, nameColumn } from '../define.js';

export const endpointsDefinition = defineResource<Endpoints>({
  group: '',
  kind: 'Endpoints',
  plural: 'endpoints',
  schemaType: 'core.v1.Endpoints',
  columns: [nameColumn, ageColumn],
});
