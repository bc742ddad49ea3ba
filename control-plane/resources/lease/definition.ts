import type { Lease } from '../../../lib/kubernetes/types/coordination-v1.js';
import { ageColumn, defineResource, nameColumn } from '../define.js';

export const leaseDefinition = defineResource<Lease>({
  group: 'coordination.k8s.io',
  kind: 'Lease',
  plural: 'leases',
  schemaType: 'coordination.v1.Lease',
  columns: [nameColumn, ageColumn],
});
