import type { ServiceAccount } from '../../../lib/kubernetes/types/core-v1.js';
import { ageColumn, defineResource, nameColumn } from '../define.js';

export const serviceAccountDefinition = defineResource<ServiceAccount>({
  group: '',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  schemaType: 'core.v1.ServiceAccount',
  columns: [
    nameColumn,
    { name: 'Secrets', type: 'string', description: 'How many secrets it lists.', cell: ({ secrets }) => secrets?.length ?? 0 },
    ageColumn,
  ],
});
