import type { EndpointSlice } from '../../../lib/kubernetes/types/discovery-v1.js';
import { ageColumn, defineResource, nameColumn } from '../define.js';

export const endpointSliceDefinition = defineResource<EndpointSlice>({
  group: 'discovery.k8s.io',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  schemaType: 'discovery.v1.EndpointSlice',
  columns: [nameColumn, ageColumn],
});
