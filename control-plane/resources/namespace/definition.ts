import type { Namespace } from '../../../lib/kubernetes/types/core-v1.js';
import { ageColumn, defineResource, nameColumn } from '../define.js';

export const namespaceDefinition = defineResource<Namespace>({
  group: '',
  kind: 'Namespace',
  plural: 'namespaces',
  schemaType: 'core.v1.Namespace',
  namespaced: false,
  status: true,
  columns: [nameColumn, ageColumn],
});
