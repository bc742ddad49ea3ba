import type { KubeObject } from './client.js';
import { humanDuration } from '../../lib/text/human-duration.js';
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

/** Every verb but those named. */
export function allVerbsBut(...excluded: readonly Verb[]): readonly Verb[] {
  return allVerbs.filter((verb) => !excluded.includes(verb));
}
