import type { Service } from '../../../lib/kubernetes/types/core-v1.js';
import { ageColumn, defineResource, nameColumn } from '../define.js';

export const serviceDefinition = defineResource<Service>({
  group: '',
  kind: 'Service',
  plural: 'services',
  schemaType: 'core.v1.Service',
  status: true,
  columns: [nameColumn, ageColumn],
});
