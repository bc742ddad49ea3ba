import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { ageColumn, defineResource, nameColumn } from '../define.js';

export const podDefinition = defineResource<Pod>({
  group: '',
  kind: 'Pod',
  plural: 'pods',
  schemaType: 'core.v1.Pod',
  status: true,
  columns: [nameColumn, ageColumn],
});
