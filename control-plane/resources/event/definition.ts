import type { Event } from '../../../lib/kubernetes/types/core-v1.js';
import { ageColumn, defineResource, nameColumn } from '../define.js';

export const eventDefinition = defineResource<Event>({
  group: '',
  kind: 'Event',
  plural: 'events',
  schemaType: 'core.v1.Event',
  columns: [nameColumn, ageColumn],
});
