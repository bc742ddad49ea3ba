import type { Deployment } from '../../../lib/kubernetes/types/apps-v1.js';
import { ageColumn, defineResource, nameColumn } from '../define.js';

export const deploymentDefinition = defineResource<Deployment>({
  group: 'apps',
  kind: 'Deployment',
  plural: 'deployments',
  schemaType: 'apps.v1.Deployment',
  status: true,
  columns: [nameColumn, ageColumn],
});
