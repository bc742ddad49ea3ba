import type { ConfigMap } from '../../../lib/kubernetes/types/core-v1.js';
import { ageColumn, defineResource, nameColumn } from '../define.js';

export const configMapDefinition = defineResource<ConfigMap>({
  group: '',
  kind: 'ConfigMap',
  plural: 'configmaps',
  schemaType: 'core.v1.ConfigMap',
  columns: [nameColumn, ageColumn],
});
