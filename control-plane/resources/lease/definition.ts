import type { Lease } from '../../../lib/kubernetes/types/coordination-v1.js';
import { ageColumn, defineResource, nameColumn } from '../define.js';
import { validateNonNegative, validatePositive } from '../validation/numbers.js';

export const leaseDefinition = defineResource<Lease>({
  group: 'coordination.k8s.io',
  kind: 'Lease',
  plural: 'leases',
  schemaType: 'coordination.v1.Lease',
  columns: [
    nameColumn,
    { name: 'Holder', type: 'string', description: 'Who holds it.', cell: ({ spec }) => spec.holderIdentity ?? '' },
    ageColumn,
  ],
  validate: ({ spec }) => [
    ...validatePositive(spec.leaseDurationSeconds, 'spec.leaseDurationSeconds'),
    ...validateNonNegative(spec.leaseTransitions, 'spec.leaseTransitions'),
  ],
});
