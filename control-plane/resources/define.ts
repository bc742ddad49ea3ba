import type { KubeObject } from './client.js';
import { structOf } from '../../lib/kubernetes/schema/schema-table.js';
import { allVerbs, type PrinterColumn, type ResourceDefinition, type Verb } from './definition.js';

type Optional =
  'singular' | 'shortNames' | 'categories' | 'verbs' | 'status' | 'fieldSelectors' | 'namespaced' | 'version' | 'hasSpec';

/** A definition with what most kinds have in common filled in. */
export function defineResource<T extends KubeObject>(
  definition: Omit<ResourceDefinition<T>, Optional> & Partial<Pick<ResourceDefinition<T>, Optional>>,
): ResourceDefinition<T> {
  return {
    version: 'v1',
    singular: definition.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    verbs: allVerbs,
    namespaced: true,
    status: false,
    hasSpec: structOf(definition.schemaType).fields.has('spec'),
    fieldSelectors: [],
    ...definition,
  };
}

export const nameColumn: PrinterColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name must be unique within a namespace.',
  cell: (object) => object.metadata.name,
};

export const ageColumn: PrinterColumn = {
  name: 'Age',
  type: 'string',
  description: 'Time since the object was created.',
  cell: (object, nowMs) => ageOf(object.metadata.creationTimestamp, nowMs),
};

/** `<unknown>` or a duration as kubectl prints it. */
export function ageOf(time: string | undefined, nowMs: number): string {
  return time === undefined ? '<unknown>' : humanDuration(nowMs - Date.parse(time));
}

/** A duration in at most two units, coarser as it grows: 95s, 3m4s, 5h2m, 2d3h, 400d, 2y30d. */
export function humanDuration(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 120) return `${Math.max(0, seconds)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return join(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return join(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return join(days, 'd', hours % 24, 'h');
  if (days < 730) return `${days}d`;
  if (days < 2920) return join(Math.floor(days / 365), 'y', days % 365, 'd');
  return `${Math.floor(days / 365)}y`;
}

function join(major: number, majorUnit: string, minor: number, minorUnit: string): string {
  return minor === 0 ? `${major}${majorUnit}` : `${major}${majorUnit}${minor}${minorUnit}`;
}

/** Every verb but those named. */
export function allVerbsBut(...excluded: readonly Verb[]): readonly Verb[] {
  return allVerbs.filter((verb) => !excluded.includes(verb));
}
