import type { ReplicaSet } from '../../../lib/kubernetes/types/apps-v1.js';
import { ageColumn, defineResource, nameColumn } from '../define.js';

export const replicaSetDefinition = defineResource<ReplicaSet>({
  group: 'apps',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  schemaType: 'apps.v1.ReplicaSet',
  status: true,
  columns: [nameColumn, ageColumn],
});
