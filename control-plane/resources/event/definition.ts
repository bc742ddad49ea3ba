import type { Event } from '../../../lib/kubernetes/types/core-v1.js';
import { invalid } from '../causes.js';
import { ageOf, defineResource } from '../define.js';
import type { PrinterColumn } from '../definition.js';

export const eventDefinition = defineResource<Event>({
  group: '',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  schemaType: 'core.v1.Event',
  nameFormat: 'subdomain',
  columns: [
    column('Last Seen', 0, (event, nowMs) => seenText(event, nowMs)),
    column('Type', 0, (event) => event.type ?? ''),
    column('Reason', 0, (event) => event.reason ?? ''),
    column('Object', 0, ({ involvedObject }) => `${(involvedObject.kind ?? '').toLowerCase()}/${involvedObject.name ?? ''}`),
    column('Subobject', 1, ({ involvedObject }) => involvedObject.fieldPath ?? ''),
    column('Source', 1, sourceText),
    column('Message', 0, (event) => (event.message ?? '').trim()),
    column('First Seen', 1, (event, nowMs) => ageOf(event.firstTimestamp ?? event.eventTime, nowMs)),
    column('Count', 1, (event) => String(event.series?.count ?? event.count ?? 1)),
    { ...column('Name', 1, ({ metadata }) => metadata.name), format: 'name' },
  ],
  fieldSelectors: [
    ...(['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'] as const).map((part) => ({
      path: `involvedObject.${part}`,
      value: ({ involvedObject }: Event) => involvedObject[part] ?? '',
    })),
    { path: 'reason', value: (event) => event.reason ?? '' },
    { path: 'type', value: (event) => event.type ?? '' },
    { path: 'source', value: (event) => event.source?.component || event.reportingComponent || '' },
    { path: 'reportingComponent', value: (event) => event.reportingComponent || event.source?.component || '' },
  ],
  validate: ({ metadata, involvedObject }) => {
    const about = involvedObject?.namespace ?? '';
    // Events about what has no namespace live in default.
    const fits = about === '' ? metadata.namespace === 'default' : about === metadata.namespace;
    return fits || !involvedObject ? [] : [invalid('involvedObject.namespace', about, 'does not match event.namespace')];
  },
});

function column(name: string, priority: number, cell: (event: Event, nowMs: number) => string): PrinterColumn<Event> {
  return { name, type: 'string', priority, description: `${name} of the event.`, cell };
}

function seenText(event: Event, nowMs: number): string {
  return ageOf(event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp, nowMs);
}

function sourceText({ source, reportingComponent, reportingInstance }: Event): string {
  const component = source?.component || reportingComponent || '';
  const host = source?.host || reportingInstance || '';
  return host === '' ? component : `${component}, ${host}`;
}
