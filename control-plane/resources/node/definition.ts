import type { Node } from '../../../lib/kubernetes/types/core-v1.js';
import { ageColumn, defineResource, nameColumn } from '../define.js';

export const nodeDefinition = defineResource<Node>({
  group: '',
  kind: 'Node',
  plural: 'nodes',
  schemaType: 'core.v1.Node',
  namespaced: false,
  status: true,
  columns: [nameColumn, ageColumn],
});
