import type { ServiceAccount } from '../../../lib/kubernetes/types/core-v1.js';
import { ageColumn, defineResource, nameColumn } from '../define.js';

export const serviceAccountDefinition = defineResource<ServiceAccount>({
  group: '',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  schemaType: 'core.v1.ServiceAccount',
  columns: [nameColumn, ageColumn],
});
