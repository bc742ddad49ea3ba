import type { Event } from '../../lib/kubernetes/types/core-v1.js';
import type { ObjectMeta } from '../../lib/kubernetes/types/meta-v1.js';
import { humanDuration } from '../../lib/text/human-duration.js';
import { lastAppliedAnnotation } from '../../lib/kubernetes-client/apply/last-applied.js';
import type { StatusCondition } from '../../lib/kubernetes-client/wait/object-state.js';
import { byTime, timeOf } from '../../lib/kubernetes-client/wait/evidence.js';
import type { Field, Page } from './page.js';

/** Pairs as lines, sorted: key=value, or with another sign between. */
export function pairs(map: Record<string, string> | undefined, sign = '='): string[] {
  return Object.entries(map ?? {})
    .map(([key, value]) => `${key}${sign}${value}`)
    .sort();
}

/** What every description begins with. */
export function head({ name, namespace, labels, annotations, creationTimestamp, deletionTimestamp }: ObjectMeta): Page {
  const others = Object.fromEntries(Object.entries(annotations ?? {}).filter(([key]) => key !== lastAppliedAnnotation));
  return [
    ['Name', name],
    ...(namespace === undefined ? [] : [['Namespace', namespace] as const]),
    ['Created', creationTimestamp ?? '<unknown>'],
    ...(deletionTimestamp === undefined ? [] : [['Being deleted', `since ${deletionTimestamp}`] as const]),
    ['Labels', pairs(labels)],
    ['Annotations', pairs(others, ': ')],
  ];
}

/** The object that made this one: ReplicaSet/web-5d9. */
export function controlledBy({ ownerReferences = [] }: ObjectMeta): Field[] {
  const owner = ownerReferences.find(({ controller }) => controller === true);
  return owner ? [['Controlled By', `${owner.kind}/${owner.name}`]] : [];
}

export function conditions(list: readonly StatusCondition[] | undefined): Field {
  const rows = (list ?? []).map(({ type, status, reason = '', message = '' }) => [type, status, reason, message]);
  return ['Conditions', { table: [['Type', 'Status', 'Reason', 'Message'], ...rows] }];
}

/** The events of an object, oldest first, as kubectl shows them. */
export function eventsField(events: readonly Event[], nowMs: number): Field {
  const rows = [...events]
    .sort(byTime)
    .map((event) => [
      event.type ?? '',
      event.reason ?? '',
      ageOf(event, nowMs),
      event.source?.component ?? event.reportingComponent ?? '',
      oneLine(event.message),
    ]);
  return ['Events', { table: [['Type', 'Reason', 'Age', 'From', 'Message'], ...rows] }];
}

function ageOf(event: Event, nowMs: number): string {
  const { count = 1, firstTimestamp } = event;
  const last = humanDuration(nowMs - timeOf(event));
  if (count <= 1 || firstTimestamp === undefined) return last;
  return `${last} (x${count} over ${humanDuration(nowMs - Date.parse(firstTimestamp))})`;
}

function oneLine(text = ''): string {
  return text.trim().replace(/\s*\n\s*/g, ' ');
}
