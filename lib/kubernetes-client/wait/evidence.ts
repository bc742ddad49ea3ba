import type { Event, Pod } from '../../kubernetes/types/core-v1.js';
import type { LabelSelector } from '../../kubernetes/types/meta-v1.js';
import { formatRequirements, labelSelectorRequirements } from '../../kubernetes/label-selector.js';
import { humanDuration } from '../../text/human-duration.js';
import type { ApiClient } from '../api-client.js';
import type { KubeObject } from '../objects.js';
import { describeState } from './object-state.js';

const mostPods = 10;
const mostEvents = 15;

/**
 * What an object's pods do and the newest events of the object, of its pods and of what stands
 * between them: the lines that say why a wait failed. Empty when there is nothing to tell.
 */
export async function collectEvidence(
  client: ApiClient,
  object: KubeObject,
  nowMs: number,
  signal?: AbortSignal,
): Promise<string[]> {
  const namespace = object.metadata.namespace;
  const pods = await podsOf(client, object, signal);
  const { items: events } = await client.events.list({ namespace: namespace ?? 'default' }, signal);
  return renderEvidence({ object, pods, events, nowMs });
}

async function podsOf(client: ApiClient, object: KubeObject, signal?: AbortSignal): Promise<Pod[]> {
  const { spec } = object as KubeObject & { spec?: { selector?: LabelSelector } };
  const { namespace } = object.metadata;
  if (!namespace || object.kind === 'Pod' || !spec?.selector?.matchLabels) return [];
  const labelSelector = formatRequirements(labelSelectorRequirements(spec.selector));
  return (await client.pods.list({ namespace, labelSelector }, signal)).items;
}

/** Pure. */
export function renderEvidence(seen: {
  object: KubeObject;
  pods: readonly Pod[];
  events: readonly Event[];
  nowMs: number;
}): string[] {
  const { object, pods, events, nowMs } = seen;
  const ours = new Set([object.metadata.uid, ...pods.flatMap(({ metadata }) => [metadata.uid, ...owners(metadata)])]);
  const newest = events
    .filter((event) => isAbout(event, object) || ours.has(event.involvedObject.uid))
    .sort(byTime)
    .slice(-mostEvents);
  return [
    ...pods.slice(0, mostPods).map((pod) => `pod ${pod.metadata.name}: ${describeState({ ...pod, kind: 'Pod' })}`),
    ...(pods.length > mostPods ? [`and ${pods.length - mostPods} more pods`] : []),
    ...(newest.length === 0 ? [] : ['newest events:', ...newest.map((event) => `  ${renderEvent(event, nowMs)}`)]),
  ];
}

function owners({ ownerReferences = [] }: Pod['metadata']): string[] {
  return ownerReferences.map(({ uid }) => uid);
}

/** Events of nodes carry the node's name as uid, and those of an object that is gone still tell of it. */
function isAbout({ involvedObject }: Event, { kind, metadata }: KubeObject): boolean {
  return involvedObject.kind === kind && involvedObject.name === metadata.name;
}

function renderEvent(event: Event, nowMs: number): string {
  const { involvedObject: about, count = 1 } = event;
  const times = count > 1 ? ` (${count} times)` : '';
  const age = humanDuration(nowMs - timeOf(event));
  return `${age} ago ${event.type ?? 'Normal'} ${event.reason ?? ''} ${(about.kind ?? '').toLowerCase()}/${about.name ?? ''}: ${event.message ?? ''}${times}`;
}

/** Order of events, oldest first; of those of one second the one that was written first. */
export function byTime(a: Event, b: Event): number {
  return timeOf(a) - timeOf(b) || Number(a.metadata.resourceVersion ?? 0) - Number(b.metadata.resourceVersion ?? 0);
}

/** When an event was seen last, in ms. */
export function timeOf({ lastTimestamp, eventTime, series, metadata }: Event): number {
  const text = series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp;
  return text ? Date.parse(text) : 0;
}
